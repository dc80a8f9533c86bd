// Convolution, forward. The input's pixels, with the padding at the ends of their rows, are one
// long line; so the pixels that a kernel position meets are the line, moved by a constant. The
// outputs at the places of the padding are computed and thrown away.
//
// A number goes in as one bfloat16, or in two parts: rounded, and rounded what that left, which have
// 16 bits of mantissa together. Of the four products of two numbers in two parts all but the one of
// the two rests are summed (Henry, Tang, Heinecke 2019), so a product is wrong by about 2^-16 of
// itself. Three products on tiles are still far quicker than one without. `parts`, 1 or 2, must be
// known to the compiler.

typedef struct {
  const bfloat16 *input;    // [part][pair of blocks][line][32 channels]
  const bfloat16 *weights;  // of the first output block: [pair][ky][kx][part], factors
  ptrdiff_t input_part, input_pair, weight_block;
  int pairs, kernel_height, kernel_width, line_width;
} product_arguments;

ALWAYS_INLINE void zero_sums(const int left_tiles, const int right_tiles) {
  _tile_zero(0);
  if (right_tiles > 1) _tile_zero(1);
  if (left_tiles > 1) _tile_zero(2);
  if (left_tiles > 1 && right_tiles > 1) _tile_zero(3);
}

ALWAYS_INLINE void store_sums(const int left_tiles, const int right_tiles, float *sums) {
  _tile_stored(0, sums, 64);
  if (right_tiles > 1) _tile_stored(1, sums + 256, 64);
  if (left_tiles > 1) _tile_stored(2, sums + 512, 64);
  if (left_tiles > 1 && right_tiles > 1) _tile_stored(3, sums + 768, 64);
}

ALWAYS_INLINE void load_left(const int tiles, const bfloat16 *input) {
  _tile_loadd(4, input, 64);
  if (tiles > 1) _tile_loadd(5, input + TILE_ROWS * TILE_DEPTH, 64);
}

ALWAYS_INLINE void load_right(const int tiles, const bfloat16 *weights, ptrdiff_t block) {
  _tile_loadd(6, weights, 64);
  if (tiles > 1) _tile_loadd(7, weights + block, 64);
}

// Up to 32 pixels of the line x up to two output blocks: all products, into `sums`, [left tile][
// right tile][16 pixels][16 channels].
ALWAYS_INLINE void product(const int left_tiles, const int right_tiles, const int parts,
                           const product_arguments *a, ptrdiff_t pixel, float *sums) {
  zero_sums(left_tiles, right_tiles);
  const bfloat16 *weights = a->weights;
  for (int pair = 0; pair < a->pairs; pair++) {
    for (int ky = 0; ky < a->kernel_height; ky++) {
      const bfloat16 *input =
          a->input + pair * a->input_pair + (pixel + ky * a->line_width) * TILE_DEPTH;
      for (int kx = 0; kx < a->kernel_width; kx++) {
        load_left(left_tiles, input);
        if (parts > 1) {
          load_right(right_tiles, weights + FACTOR, a->weight_block);
          add_products(left_tiles, right_tiles);
        }
        load_right(right_tiles, weights, a->weight_block);
        add_products(left_tiles, right_tiles);
        if (parts > 1) {
          load_left(left_tiles, input + a->input_part);
          add_products(left_tiles, right_tiles);
        }
        input += TILE_DEPTH;
        weights += parts * FACTOR;
      }
    }
  }
  store_sums(left_tiles, right_tiles, sums);
}

// Some rows of one image.
typedef struct {
  int image, first_row, rows;
} row_band;

// What rounding to bfloat16 took from sixteen numbers. The rounded ones are the lower or the upper
// half of `pairs`.
ALWAYS_INLINE __m512 rest_of(const float *values, __m512i pairs, const int is_upper) {
  const __m256i half =
      is_upper ? _mm512_extracti64x4_epi64(pairs, 1) : _mm512_castsi512_si256(pairs);
  const __m512i rounded = _mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16);
  return _mm512_sub_ps(_mm512_loadu_ps(values), _mm512_castsi512_ps(rounded));
}

// The input lines of a band, padding included.
ALWAYS_INLINE void convert_lines(const int parts, const hangtag_convolution *c, hangtag_map input,
                                 row_band band, const product_arguments *a, bfloat16 *target) {
  static const float nothing[HANGTAG_BLOCK];
  const int blocks = block_count(c->input_channels);
  for (int b = 0; b < blocks; b += 2) {
    const int has_second = b + 1 < blocks;
    bfloat16 *out = target + b / 2 * a->input_pair;
    for (int y = 0; y < band.rows + c->kernel_height - 1; y++) {
      const float *first = row_of(input, band.image, b, band.first_row + y);
      for (int x = 0; x < a->line_width; x++) {
        const float *second = has_second ? first + input.block : nothing;
        const __m512i rounded = to_bfloat16(first, second);
        _mm512_storeu_si512(out, rounded);
        if (parts > 1) {
          const __m512 upper = rest_of(second, rounded, 1), lower = rest_of(first, rounded, 0);
          _mm512_storeu_si512(out + a->input_part, (__m512i)_mm512_cvtne2ps_pbh(upper, lower));
        }
        first += HANGTAG_BLOCK;
        out += TILE_DEPTH;
      }
    }
  }
}

// Bias, ReLU and addend, in this order, for the pixels of a tile that are no padding.
ALWAYS_INLINE void store_tile(const hangtag_convolution *c, const hangtag_epilogue *e,
                              const float *sums, row_band band, ptrdiff_t pixel, int line_width,
                              int o, hangtag_map output) {
  const vector bias = e->bias ? load(e->bias + o * HANGTAG_BLOCK) : (vector)(0);
  int y = (int)(pixel / line_width), x = (int)(pixel % line_width);
  for (int q = 0; q < TILE_ROWS && y < band.rows; q += line_width - x, x = 0, y++) {
    // The rest of a row, or of the tile; none where the tile begins in the padding.
    const int left = TILE_ROWS - q, wanted = c->output.width - x;
    const int count = wanted < left ? wanted : left;
    const float *sum = sums + q * HANGTAG_BLOCK;
    const float *added =
        e->addend.data ? row_of(e->addend, band.image, o, band.first_row + y) + x * e->addend.pixel
                       : NULL;
    float *out = row_of(output, band.image, o, band.first_row + y) + x * output.pixel;
    for (int i = 0; i < count; i++) {
      vector v = load(sum + i * HANGTAG_BLOCK) + bias;
      if (e->relu) v = vector_max(v, (vector)(0));
      if (added) v += load(added + i * e->addend.pixel);
      if (e->relu_after_add) v = vector_max(v, (vector)(0));
      store(out + i * output.pixel, v);
    }
  }
}

ALWAYS_INLINE void store_tiles(const hangtag_convolution *c, const hangtag_epilogue *e,
                               const float *sums, int left_tiles, int right_tiles, row_band band,
                               ptrdiff_t pixel, int line_width, int o, hangtag_map output) {
  for (int l = 0; l < left_tiles; l++) {
    for (int r = 0; r < right_tiles; r++) {
      store_tile(c, e, sums + (l * 2 + r) * 256, band, pixel + l * TILE_ROWS, line_width, o + r,
                 output);
    }
  }
}

ALWAYS_INLINE void convolve_band(const int parts, const hangtag_convolution *c,
                                 const product_arguments *first, const hangtag_epilogue *epilogue,
                                 row_band band, hangtag_map output) {
  float sums[4 * TILE_BYTES / sizeof(float)] __attribute__((aligned(64)));
  const int blocks = block_count(c->output.channels);
  const ptrdiff_t end = (ptrdiff_t)(band.rows - 1) * first->line_width + c->output.width;
  product_arguments a = *first;
  for (int o = 0; o < blocks; o += 2, a.weights += 2 * a.weight_block) {
    const int right_tiles = o + 1 < blocks ? 2 : 1;
    for (ptrdiff_t pixel = 0; pixel < end; pixel += 2 * TILE_ROWS) {
      const int left_tiles = pixel + TILE_ROWS < end ? 2 : 1;
      FOR_TILE_COUNTS(product, left_tiles, right_tiles, parts, &a, pixel, sums);
      store_tiles(c, epilogue, sums, left_tiles, right_tiles, band, pixel, a.line_width, o, output);
    }
  }
}

// How a convolution is divided, so that the lines of a band fit into the memory for operands.
typedef struct {
  int line_width, rows;
  ptrdiff_t pair;  // values from one pair of blocks to the next
} line_plan;

static line_plan plan_lines(const hangtag_convolution *c, int pairs) {
  const int height = c->output.height;
  const int line_width = c->output.width + c->kernel_width - 1;
  const int line_bytes = line_width * pairs * TILE_DEPTH * (int)sizeof(bfloat16);
  int rows = OPERAND_BYTES / line_bytes - (c->kernel_height - 1);
  rows = rows < 1 ? 1 : rows > height ? height : rows;
  // The last tile reads past the last pixel what it then throws away.
  const ptrdiff_t pair =
      ((ptrdiff_t)(rows + c->kernel_height - 1) * line_width + 2 * TILE_ROWS) * TILE_DEPTH;
  return (line_plan){line_width, rows, pair};
}

// What the last tile of a band reads behind it: thrown away, but it should not be what it pleases.
static void clear_tails(bfloat16 *operand, int pairs, ptrdiff_t pair) {
  const ptrdiff_t tail = 2 * TILE_ROWS * TILE_DEPTH;
  for (int p = 1; p <= pairs; p++) {
    __builtin_memset(operand + p * pair - tail, 0, tail * sizeof(bfloat16));
  }
}

ALWAYS_INLINE void convolve_in_tiles(const int parts, const hangtag_convolution *c,
                                     hangtag_map input, const float *weights,
                                     const hangtag_epilogue *epilogue, hangtag_map output) {
  const int height = c->output.height;
  const int pairs = (int)pair_count(c->input_channels);
  const line_plan plan = plan_lines(c, parts * pairs);
  bfloat16 operand[parts * pairs * plan.pair] __attribute__((aligned(64)));
  clear_tails(operand, parts * pairs, plan.pair);
  const product_arguments arguments = {
      .input = operand,
      .weights = (const bfloat16 *)weights,
      .input_part = pairs * plan.pair,
      .input_pair = plan.pair,
      .weight_block = (ptrdiff_t)pairs * c->kernel_height * c->kernel_width * parts * FACTOR,
      .pairs = pairs, .kernel_height = c->kernel_height, .kernel_width = c->kernel_width,
      .line_width = plan.line_width,
  };
  input.data -= c->padding_height * input.row + c->padding_width * input.pixel;

  configure_tiles();
  for (int n = 0; n < c->output.images; n++) {
    for (int y = 0; y < height; y += plan.rows) {
      const row_band band = {n, y, y + plan.rows < height ? plan.rows : height - y};
      convert_lines(parts, c, input, band, &arguments, operand);
      convolve_band(parts, c, &arguments, epilogue, band, output);
    }
  }
  _tile_release();
}

static void amx_convolve(const hangtag_convolution *c, hangtag_map input, const float *weights,
                         const hangtag_epilogue *epilogue, hangtag_map output) {
  if (uses_tiles(c->kernel_width)) convolve_in_tiles(1, c, input, weights, epilogue, output);
  else convolve(c, input, weights, epilogue, output);
}

static void split_convolve(const hangtag_convolution *c, hangtag_map input, const float *weights,
                           const hangtag_epilogue *epilogue, hangtag_map output) {
  if (uses_split(c->kernel_width, c->input_channels)) {
    convolve_in_tiles(2, c, input, weights, epilogue, output);
  } else {
    convolve(c, input, weights, epilogue, output);
  }
}
