// The gradient of a convolution's weights: for each kernel position the product of inputs x pixels
// and pixels x outputs. Pixels stand in one long line, as in convolution.h, so a kernel position
// moves the inputs' line by a constant; the gradient is zero where the line passes the padding.
// The sums are the packed gradient's blocks of 16 inputs x 16 outputs.

// 32 pixels of a line, two by two: vector j holds (channel 0 of pixel 2j, of 2j + 1), (channel 1 of
// both) ...
ALWAYS_INLINE __m512i pixel_pair(const float *first, const float *second) {
  const __m512i interleaved = _mm512_set_epi16(
      31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19,
      3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(interleaved, to_bfloat16(first, second));
}

// Rows become columns, of 16 x 16 pairs.
ALWAYS_INLINE void transpose_pairs(__m512i r[16]) {
  __m512i t[16];
  UNROLLED for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  UNROLLED for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  UNROLLED for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  UNROLLED for (int i = 0; i < 4; i++) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

// Goes along a line of `width` pixels that stand in memory, and then of zeros up to `line_width`;
// after `rows` rows all is zero.
typedef struct {
  const float *row;
  ptrdiff_t row_distance;
  int width, line_width, rows_left, x;
} line_walk;

static const float zero_pixel[HANGTAG_BLOCK];

ALWAYS_INLINE const float *next_pixel(line_walk *w) {
  const float *pixel = w->rows_left > 0 && w->x < w->width ? w->row + w->x * HANGTAG_BLOCK
                                                          : zero_pixel;
  if (++w->x == w->line_width) {
    w->x = 0;
    w->row += w->row_distance;
    w->rows_left--;
  }
  return pixel;
}

// A block's line as left factors: [channel][pixel], `distance` apart.
static void convert_inputs(line_walk walk, ptrdiff_t distance, bfloat16 *target) {
  for (ptrdiff_t pixel = 0; pixel < distance; pixel += TILE_DEPTH) {
    __m512i pairs[16];
    UNROLLED for (int j = 0; j < 16; j++) {
      const float *first = next_pixel(&walk);
      pairs[j] = pixel_pair(first, next_pixel(&walk));
    }
    transpose_pairs(pairs);
    UNROLLED for (int c = 0; c < 16; c++) {
      _mm512_storeu_si512(target + c * distance + pixel, pairs[c]);
    }
  }
}

// A block's line as right factors, one after the other.
static void convert_gradient(line_walk walk, ptrdiff_t pixels, bfloat16 *target) {
  for (ptrdiff_t pixel = 0; pixel < pixels; pixel += 2) {
    const float *first = next_pixel(&walk);
    _mm512_storeu_si512(target, pixel_pair(first, next_pixel(&walk)));
    target += TILE_DEPTH;
  }
}

// What is the same for all tiles of a group of bands.
typedef struct {
  const bfloat16 *inputs, *gradients;
  ptrdiff_t input_distance, input_block, input_band;  // of channels, blocks, bands
  ptrdiff_t gradient_block, gradient_band;
  ptrdiff_t pixels;
  int bands;
} gradient_group;

// Up to two input blocks x up to two output blocks of one kernel position, added to `sums`.
ALWAYS_INLINE void gradient_product(const int left_tiles, const int right_tiles,
                                    const gradient_group *g, const bfloat16 *inputs,
                                    const bfloat16 *gradients, float *const sums[4]) {
  const ptrdiff_t stride = g->input_distance * (ptrdiff_t)sizeof(bfloat16);
  _tile_loadd(0, sums[0], 64);
  if (right_tiles > 1) _tile_loadd(1, sums[1], 64);
  if (left_tiles > 1) _tile_loadd(2, sums[2], 64);
  if (left_tiles > 1 && right_tiles > 1) _tile_loadd(3, sums[3], 64);
  for (int band = 0; band < g->bands; band++) {
    const bfloat16 *left = inputs + band * g->input_band;
    const bfloat16 *right = gradients + band * g->gradient_band;
    for (ptrdiff_t pixel = 0; pixel < g->pixels; pixel += TILE_DEPTH) {
      _tile_loadd(4, left, stride);
      if (left_tiles > 1) _tile_loadd(5, left + g->input_block, stride);
      _tile_loadd(6, right, 64);
      if (right_tiles > 1) _tile_loadd(7, right + g->gradient_block, 64);
      add_products(left_tiles, right_tiles);
      left += TILE_DEPTH;
      right += FACTOR;
    }
  }
  _tile_stored(0, sums[0], 64);
  if (right_tiles > 1) _tile_stored(1, sums[1], 64);
  if (left_tiles > 1) _tile_stored(2, sums[2], 64);
  if (left_tiles > 1 && right_tiles > 1) _tile_stored(3, sums[3], 64);
}

static void gradient_of_group(const hangtag_convolution *c, const gradient_group *g,
                              int line_width, float *weights) {
  const int input_blocks = block_count(c->input_channels);
  const int output_blocks = block_count(c->output.channels);
  const int kernel = c->kernel_height * c->kernel_width;
  const ptrdiff_t step = (ptrdiff_t)kernel * HANGTAG_BLOCK * HANGTAG_BLOCK;
  for (int o = 0; o < output_blocks; o += 2) {
    const int right_tiles = o + 1 < output_blocks ? 2 : 1;
    const bfloat16 *gradients = g->gradients + o * g->gradient_block;
    for (int b = 0; b < input_blocks; b += 2) {
      const int left_tiles = b + 1 < input_blocks ? 2 : 1;
      for (int k = 0; k < kernel; k++) {
        const bfloat16 *inputs = g->inputs + b * g->input_block +
                                 k / c->kernel_width * line_width + k % c->kernel_width;
        float *first = weights + (o * input_blocks + b) * step + k * HANGTAG_BLOCK * HANGTAG_BLOCK;
        float *const sums[4] = {first, first + input_blocks * step, first + step,
                                first + (input_blocks + 1) * step};
        FOR_TILE_COUNTS(gradient_product, left_tiles, right_tiles, g, inputs, gradients, sums);
      }
    }
  }
}

static void amx_convolve_weight_gradient(const hangtag_convolution *c, hangtag_map input,
                                         hangtag_map gradient, float *weights) {
  if (!uses_tiles(c->kernel_width)) {
    convolve_weight_gradient(c, input, gradient, weights);
    return;
  }
  const int height = c->output.height;
  const int line_width = c->output.width + c->kernel_width - 1;
  const int input_blocks = block_count(c->input_channels);
  const int output_blocks = block_count(c->output.channels);
  // A band is as many rows of an image as fit; a group is as many bands as fit.
  const int row_bytes =
      line_width * (input_blocks + output_blocks) * HANGTAG_BLOCK * (int)sizeof(bfloat16);
  int rows = OPERAND_BYTES / row_bytes - (c->kernel_height - 1);
  rows = rows < 1 ? 1 : rows > height ? height : rows;
  const ptrdiff_t pixels =
      ((ptrdiff_t)rows * line_width + TILE_DEPTH - 1) / TILE_DEPTH * TILE_DEPTH;
  // The last step of the last kernel position reads that far.
  const ptrdiff_t reach = (ptrdiff_t)(c->kernel_height - 1) * line_width + c->kernel_width - 1;
  const ptrdiff_t distance = pixels + (reach + TILE_DEPTH - 1) / TILE_DEPTH * TILE_DEPTH;
  const ptrdiff_t input_band = input_blocks * HANGTAG_BLOCK * distance;
  const ptrdiff_t gradient_band = output_blocks * HANGTAG_BLOCK * pixels;
  const int bands_an_image = (height + rows - 1) / rows;
  const int all_bands = bands_an_image * c->output.images;
  int capacity = (int)(OPERAND_BYTES / ((input_band + gradient_band) * sizeof(bfloat16)));
  capacity = capacity < 1 ? 1 : capacity > all_bands ? all_bands : capacity;
  bfloat16 inputs[capacity * input_band] __attribute__((aligned(64)));
  bfloat16 gradients[capacity * gradient_band] __attribute__((aligned(64)));
  gradient_group group = {
      .inputs = inputs, .gradients = gradients, .input_distance = distance,
      .input_block = HANGTAG_BLOCK * distance, .input_band = input_band,
      .gradient_block = HANGTAG_BLOCK * pixels, .gradient_band = gradient_band, .pixels = pixels,
  };
  input.data -= c->padding_height * input.row + c->padding_width * input.pixel;

  configure_tiles();
  for (int first = 0; first < all_bands; first += group.bands) {
    group.bands = first + capacity < all_bands ? capacity : all_bands - first;
    for (int i = 0; i < group.bands; i++) {
      const int n = (first + i) / bands_an_image, y = (first + i) % bands_an_image * rows;
      const int count = y + rows < height ? rows : height - y;
      for (int b = 0; b < input_blocks; b++) {
        const line_walk walk = {row_of(input, n, b, y), input.row, line_width, line_width,
                                count + c->kernel_height - 1, 0};
        convert_inputs(walk, distance, inputs + i * input_band + b * group.input_block);
      }
      for (int o = 0; o < output_blocks; o++) {
        const line_walk walk = {row_of(gradient, n, o, y), gradient.row, c->output.width,
                                line_width, count, 0};
        convert_gradient(walk, pixels, gradients + i * gradient_band + o * group.gradient_block);
      }
    }
    gradient_of_group(c, &group, line_width, weights);
  }
  _tile_release();
}
