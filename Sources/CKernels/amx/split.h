// Convolution in single precision by tiles of bfloat16: each factor is the sum of two bfloat16, its
// rounded self and the rounded rest, which together have 16 bits of mantissa. Of the four products
// all but the one of the two rests are summed (Henry, Tang, Heinecke 2019), so a product is wrong by
// about 2^-16 of itself. Three products on tiles are still far quicker than one without.
//
// All else is as in convolution.h: the pixels with their padding are one long line.

// Whether a convolution goes through split factors: they need as much memory as plain numbers only
// where the input's blocks come in pairs.
ALWAYS_INLINE int uses_split(int kernel_width, int inputs) {
  return uses_tiles(kernel_width) && block_count(inputs) % 2 == 0;
}

typedef struct {
  const bfloat16 *input;    // [pair of blocks][line][32 channels], and the rests `input_rest` behind
  const bfloat16 *weights;  // of the first output block: each factor with its rest behind it
  ptrdiff_t input_pair, input_rest, weight_block;
  int pairs, kernel_height, kernel_width, line_width;
} split_arguments;

#define FACTOR (TILE_BYTES / (ptrdiff_t)sizeof(bfloat16))

ALWAYS_INLINE void load_left(const int tiles, const bfloat16 *input) {
  _tile_loadd(4, input, 64);
  if (tiles > 1) _tile_loadd(5, input + TILE_ROWS * TILE_DEPTH, 64);
}

ALWAYS_INLINE void load_right(const int tiles, const bfloat16 *weights, ptrdiff_t block) {
  _tile_loadd(6, weights, 64);
  if (tiles > 1) _tile_loadd(7, weights + block, 64);
}

ALWAYS_INLINE void add_products(const int left_tiles, const int right_tiles) {
  _tile_dpbf16ps(0, 4, 6);
  if (right_tiles > 1) _tile_dpbf16ps(1, 4, 7);
  if (left_tiles > 1) _tile_dpbf16ps(2, 5, 6);
  if (left_tiles > 1 && right_tiles > 1) _tile_dpbf16ps(3, 5, 7);
}

// Up to 32 pixels of the line x up to two output blocks, as `product` does.
ALWAYS_INLINE void split_product(const int left_tiles, const int right_tiles,
                                 const split_arguments *a, ptrdiff_t pixel, float *sums) {
  zero_sums(left_tiles, right_tiles);
  const bfloat16 *weights = a->weights;
  for (int pair = 0; pair < a->pairs; pair++) {
    for (int ky = 0; ky < a->kernel_height; ky++) {
      const bfloat16 *input =
          a->input + pair * a->input_pair + (pixel + ky * a->line_width) * TILE_DEPTH;
      for (int kx = 0; kx < a->kernel_width; kx++) {
        load_left(left_tiles, input);
        load_right(right_tiles, weights + FACTOR, a->weight_block);
        add_products(left_tiles, right_tiles);
        load_right(right_tiles, weights, a->weight_block);
        add_products(left_tiles, right_tiles);
        load_left(left_tiles, input + a->input_rest);
        add_products(left_tiles, right_tiles);
        input += TILE_DEPTH;
        weights += 2 * FACTOR;
      }
    }
  }
  store_sums(left_tiles, right_tiles, sums);
}

// What rounding to bfloat16 took from sixteen numbers. The rounded ones are the lower or the upper
// half of `pairs`.
ALWAYS_INLINE __m512 rest_of(const float *values, __m512i pairs, const int is_upper) {
  const __m256i half =
      is_upper ? _mm512_extracti64x4_epi64(pairs, 1) : _mm512_castsi512_si256(pairs);
  const __m512i rounded = _mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16);
  return _mm512_sub_ps(_mm512_loadu_ps(values), _mm512_castsi512_ps(rounded));
}

// The input lines of a band, padding included, and their rests.
static void split_lines(const hangtag_convolution *c, hangtag_map input, row_band band,
                        int line_width, ptrdiff_t pair_distance, ptrdiff_t rest,
                        bfloat16 *target) {
  for (int b = 0; b < block_count(c->input_channels); b += 2) {
    bfloat16 *out = target + b / 2 * pair_distance;
    for (int y = 0; y < band.rows + c->kernel_height - 1; y++) {
      const float *in = row_of(input, band.image, b, band.first_row + y);
      for (int x = 0; x < line_width; x++) {
        const __m512i rounded = to_bfloat16(in, in + input.block);
        const __m512 first = rest_of(in, rounded, 0);
        const __m512 second = rest_of(in + input.block, rounded, 1);
        _mm512_storeu_si512(out, rounded);
        _mm512_storeu_si512(out + rest, (__m512i)_mm512_cvtne2ps_pbh(second, first));
        in += HANGTAG_BLOCK;
        out += TILE_DEPTH;
      }
    }
  }
}

static void split_band(const hangtag_convolution *c, const split_arguments *first,
                       const hangtag_epilogue *epilogue, row_band band, hangtag_map output) {
  float sums[4 * TILE_BYTES / sizeof(float)] __attribute__((aligned(64)));
  const int blocks = block_count(c->output.channels);
  const ptrdiff_t end = (ptrdiff_t)(band.rows - 1) * first->line_width + c->output.width;
  split_arguments a = *first;
  for (int o = 0; o < blocks; o += 2, a.weights += 2 * a.weight_block) {
    const int right_tiles = o + 1 < blocks ? 2 : 1;
    for (ptrdiff_t pixel = 0; pixel < end; pixel += 2 * TILE_ROWS) {
      const int left_tiles = pixel + TILE_ROWS < end ? 2 : 1;
      FOR_TILE_COUNTS(split_product, left_tiles, right_tiles, &a, pixel, sums);
      store_tiles(c, epilogue, sums, left_tiles, right_tiles, band, pixel, a.line_width, o, output);
    }
  }
}

static void split_convolve(const hangtag_convolution *c, hangtag_map input, const float *weights,
                           const hangtag_epilogue *epilogue, hangtag_map output) {
  if (!uses_split(c->kernel_width, c->input_channels)) {
    convolve(c, input, weights, epilogue, output);
    return;
  }
  const int height = c->output.height;
  const int pairs = block_count(c->input_channels) / 2;
  // Two numbers for each.
  const line_plan plan = plan_lines(c, 2 * pairs);
  const ptrdiff_t rest = pairs * plan.pair;
  bfloat16 operand[2 * rest] __attribute__((aligned(64)));
  clear_tails(operand, 2 * pairs, plan.pair);
  const split_arguments arguments = {
      .input = operand,
      .weights = (const bfloat16 *)weights,
      .input_pair = plan.pair,
      .input_rest = rest,
      .weight_block = (ptrdiff_t)pairs * c->kernel_height * c->kernel_width * 2 * FACTOR,
      .pairs = pairs, .kernel_height = c->kernel_height, .kernel_width = c->kernel_width,
      .line_width = plan.line_width,
  };
  input.data -= c->padding_height * input.row + c->padding_width * input.pixel;

  configure_tiles();
  for (int n = 0; n < c->output.images; n++) {
    for (int y = 0; y < height; y += plan.rows) {
      const row_band band = {n, y, y + plan.rows < height ? plan.rows : height - y};
      split_lines(c, input, band, plan.line_width, plan.pair, rest, operand);
      split_band(c, &arguments, epilogue, band, output);
    }
  }
  _tile_release();
}

// Weights for `split_convolve`: as for `amx_convolve`, each factor followed by its rest.
ALWAYS_INLINE void put_split(float value, ptrdiff_t position, bfloat16 *target) {
  bfloat16 *place = target + position / FACTOR * 2 * FACTOR + position % FACTOR;
  place[0] = rounded(value);
  place[FACTOR] = rounded(value - widened(place[0]));
}

static void split_pack_weights(const hangtag_weights *w, int first_output, int last_output,
                               const float *plain, float *packed) {
  if (!uses_split(w->kernel_width, w->inputs) || w->columns_are_channels) {
    pack_weights(w, first_output, last_output, plain, packed);
    return;
  }
  const int kernel = w->kernel_height * w->kernel_width;
  FOR_EACH_WEIGHT(w, first_output, last_output) {
    const int k = ky * w->kernel_width + kx;
    put_split(plain[index], amx_position((int)o, i, w->inputs, k, kernel), (bfloat16 *)packed);
  }
}

static void split_pack_transposed_weights(const hangtag_weights *w, int first_output,
                                          int last_output, const float *plain, float *packed) {
  if (!uses_split(w->kernel_width, w->outputs)) {
    pack_transposed_weights(w, first_output, last_output, plain, packed);
    return;
  }
  const int kernel = w->kernel_height * w->kernel_width;
  FOR_EACH_WEIGHT(w, first_output, last_output) {
    const int k = kernel - 1 - (ky * w->kernel_width + kx);
    put_split(plain[index], amx_position(i, (int)o, w->outputs, k, kernel), (bfloat16 *)packed);
  }
}
