// Convolution, forward. The input's pixels, with the padding at the ends of their rows, are one
// long line; so the pixels that a kernel position meets are the line, moved by a constant. The
// outputs at the places of the padding are computed and thrown away.

typedef struct {
  const bfloat16 *input;    // [pair of blocks][line][32 channels]
  const bfloat16 *weights;  // of the first output block
  ptrdiff_t input_pair, weight_block;
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

// Calls a function whose first two arguments must be known to the compiler: how many tiles there
// are, one or two.
#define FOR_TILE_COUNTS(function, left_tiles, right_tiles, ...) \
  do {                                                          \
    if (left_tiles == 2) {                                      \
      if (right_tiles == 2) function(2, 2, __VA_ARGS__);        \
      else function(2, 1, __VA_ARGS__);                         \
    } else {                                                    \
      if (right_tiles == 2) function(1, 2, __VA_ARGS__);        \
      else function(1, 1, __VA_ARGS__);                         \
    }                                                           \
  } while (0)

// Up to 32 pixels of the line x up to two output blocks: all products, into `sums`, [left tile][
// right tile][16 pixels][16 channels].
ALWAYS_INLINE void product(const int left_tiles, const int right_tiles, const product_arguments *a,
                           ptrdiff_t pixel, float *sums) {
  zero_sums(left_tiles, right_tiles);
  const bfloat16 *weights = a->weights;
  for (int pair = 0; pair < a->pairs; pair++) {
    for (int ky = 0; ky < a->kernel_height; ky++) {
      const bfloat16 *input =
          a->input + pair * a->input_pair + (pixel + ky * a->line_width) * TILE_DEPTH;
      for (int kx = 0; kx < a->kernel_width; kx++) {
        _tile_loadd(4, input, 64);
        _tile_loadd(6, weights, 64);
        _tile_dpbf16ps(0, 4, 6);
        if (right_tiles > 1) {
          _tile_loadd(7, weights + a->weight_block, 64);
          _tile_dpbf16ps(1, 4, 7);
        }
        if (left_tiles > 1) {
          _tile_loadd(5, input + TILE_ROWS * TILE_DEPTH, 64);
          _tile_dpbf16ps(2, 5, 6);
          if (right_tiles > 1) _tile_dpbf16ps(3, 5, 7);
        }
        input += TILE_DEPTH;
        weights += TILE_BYTES / sizeof(bfloat16);
      }
    }
  }
  store_sums(left_tiles, right_tiles, sums);
}

// Some rows of one image.
typedef struct {
  int image, first_row, rows;
} row_band;

// The input lines of a band, padding included.
static void convert_lines(const hangtag_convolution *c, hangtag_map input, row_band band,
                          int line_width, ptrdiff_t pair_distance, bfloat16 *target) {
  static const float nothing[HANGTAG_BLOCK];
  const int blocks = block_count(c->input_channels);
  for (int b = 0; b < blocks; b += 2) {
    const int has_second = b + 1 < blocks;
    bfloat16 *out = target + b / 2 * pair_distance;
    for (int y = 0; y < band.rows + c->kernel_height - 1; y++) {
      const float *first = row_of(input, band.image, b, band.first_row + y);
      for (int x = 0; x < line_width; x++) {
        const float *second = has_second ? first + input.block : nothing;
        _mm512_storeu_si512(out, to_bfloat16(first, second));
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

static void convolve_band(const hangtag_convolution *c, const product_arguments *first,
                          const hangtag_epilogue *epilogue, row_band band, hangtag_map output) {
  float sums[4 * TILE_BYTES / sizeof(float)] __attribute__((aligned(64)));
  const int blocks = block_count(c->output.channels);
  const ptrdiff_t end = (ptrdiff_t)(band.rows - 1) * first->line_width + c->output.width;
  product_arguments a = *first;
  for (int o = 0; o < blocks; o += 2, a.weights += 2 * a.weight_block) {
    const int right_tiles = o + 1 < blocks ? 2 : 1;
    for (ptrdiff_t pixel = 0; pixel < end; pixel += 2 * TILE_ROWS) {
      const int left_tiles = pixel + TILE_ROWS < end ? 2 : 1;
      FOR_TILE_COUNTS(product, left_tiles, right_tiles, &a, pixel, sums);
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

static void amx_convolve(const hangtag_convolution *c, hangtag_map input, const float *weights,
                         const hangtag_epilogue *epilogue, hangtag_map output) {
  if (!uses_tiles(c->kernel_width)) {
    convolve(c, input, weights, epilogue, output);
    return;
  }
  const int height = c->output.height;
  const int pairs = (block_count(c->input_channels) + 1) / 2;
  const line_plan plan = plan_lines(c, pairs);
  bfloat16 operand[pairs * plan.pair] __attribute__((aligned(64)));
  clear_tails(operand, pairs, plan.pair);
  const int kernel = c->kernel_height * c->kernel_width;
  const product_arguments arguments = {
      .input = operand,
      .weights = (const bfloat16 *)weights,
      .input_pair = plan.pair,
      .weight_block = (ptrdiff_t)pairs * kernel * (TILE_BYTES / sizeof(bfloat16)),
      .pairs = pairs, .kernel_height = c->kernel_height, .kernel_width = c->kernel_width,
      .line_width = plan.line_width,
  };
  input.data -= c->padding_height * input.row + c->padding_width * input.pixel;

  configure_tiles();
  for (int n = 0; n < c->output.images; n++) {
    for (int y = 0; y < height; y += plan.rows) {
      const row_band band = {n, y, y + plan.rows < height ? plan.rows : height - y};
      convert_lines(c, input, band, plan.line_width, plan.pair, operand);
      convolve_band(c, &arguments, epilogue, band, output);
    }
  }
  _tile_release();
}
