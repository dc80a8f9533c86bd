// Convolution and product of matrices, forward. A tile of output pixels x output channels stays in
// registers while it runs over input channels and kernel positions: each weight vector is loaded
// once a tile, each input value once a tile and broadcast.

// What is the same for all tiles of a call.
typedef struct {
  ptrdiff_t input_block, input_row, input_pixel;
  ptrdiff_t output_block, output_row, output_pixel;
  ptrdiff_t addend_block, addend_row, addend_pixel;
  ptrdiff_t weight_block;  // from one block of output channels to the next
  int kernel_height, kernel_width;
  int relu, relu_after_add;
} tile_constants;

// What one tile reads and writes. A pass covers some blocks of input channels, so that their
// weights stay in the first-level cache while the tiles of an image go by. Each pass sums from zero
// and then adds what the passes before it left in the output: short sums lose less to rounding.
typedef struct {
  const float *input, *weights, *bias, *addend;
  const float *ahead;  // weights of the same form that are needed next
  float *output;
  int blocks;         // of input channels in this pass
  int last_channels;  // in the last of them
  int first_pass, last_pass;
} tile_arguments;

// The v-th vector of a tile, as a distance in memory that has blocks `block_distance` apart.
ALWAYS_INLINE ptrdiff_t lane_offset(int v, ptrdiff_t block_distance) {
  return v * LANES / HANGTAG_BLOCK * block_distance + v * LANES % HANGTAG_BLOCK;
}

#define FOR_EACH_SUM                               \
  UNROLLED for (int q = 0; q < pixels; q++)        \
    UNROLLED for (int v = 0; v < vectors; v++)

ALWAYS_INLINE void tile_epilogue(const int pixels, const int vectors, const ptrdiff_t output_pixel,
                                 const tile_constants *k, const tile_arguments *t,
                                 vector sums[TILE_PIXELS][TILE_VECTORS]) {
  if (!t->first_pass) {
    FOR_EACH_SUM {
      sums[q][v] += load(t->output + q * output_pixel + lane_offset(v, k->output_block));
    }
  }
  if (t->last_pass) {
    if (t->bias) {
      FOR_EACH_SUM sums[q][v] += load(t->bias + v * LANES);
    }
    if (k->relu) {
      FOR_EACH_SUM sums[q][v] = vector_max(sums[q][v], (vector)(0));
    }
    if (t->addend) {
      FOR_EACH_SUM {
        sums[q][v] += load(t->addend + q * k->addend_pixel + lane_offset(v, k->addend_block));
      }
    }
    if (k->relu_after_add) {
      FOR_EACH_SUM sums[q][v] = vector_max(sums[q][v], (vector)(0));
    }
  }
  FOR_EACH_SUM store(t->output + q * output_pixel + lane_offset(v, k->output_block), sums[q][v]);
}

ALWAYS_INLINE void tile(const int pixels, const int vectors, const ptrdiff_t input_pixel,
                        const ptrdiff_t output_pixel, const tile_constants *k,
                        const tile_arguments *t) {
  vector sums[TILE_PIXELS][TILE_VECTORS];
  FOR_EACH_SUM sums[q][v] = (vector)(0);
  const float *weights = t->weights, *ahead = t->ahead;
  for (int b = 0; b < t->blocks; b++) {
    const int channels = b + 1 < t->blocks ? HANGTAG_BLOCK : t->last_channels;
    for (int ky = 0; ky < k->kernel_height; ky++) {
      const float *input = t->input + b * k->input_block + ky * k->input_row;
      for (int kx = 0; kx < k->kernel_width; kx++) {
        for (int i = 0; i < channels; i++) {
          vector weight[TILE_VECTORS];
          UNROLLED for (int v = 0; v < vectors; v++) {
            weight[v] = load(weights + i * HANGTAG_BLOCK + lane_offset(v, k->weight_block));
            // Those needed next, a block being a line of the cache. Where the pixels are few, weights
            // come from further away than the processor's own guesses reach: a ninth of the residual
            // network's time.
            if (v * LANES % HANGTAG_BLOCK == 0) {
              __builtin_prefetch(
                  ahead + i * HANGTAG_BLOCK + lane_offset(v, k->weight_block), 0, 2);
            }
          }
          UNROLLED for (int q = 0; q < pixels; q++) {
            const vector value = (vector)(input[q * input_pixel + i]);
            UNROLLED for (int v = 0; v < vectors; v++) sums[q][v] += value * weight[v];
          }
        }
        input += input_pixel;
        weights += HANGTAG_BLOCK * HANGTAG_BLOCK;
        ahead += HANGTAG_BLOCK * HANGTAG_BLOCK;
      }
    }
  }
  tile_epilogue(pixels, vectors, output_pixel, k, t, sums);
}

// As many pixels as a tile can have.
#if TILE_PIXELS > 6
#define FOR_EACH_TILE_SIZE(body)                                                            \
  body(1) body(2) body(3) body(4) body(5) body(6) body(7) body(8) body(9) body(10) body(11) \
      body(12) body(13) body(14)
#else
#define FOR_EACH_TILE_SIZE(body) body(1) body(2) body(3) body(4) body(5) body(6)
#endif

#define TILE_CASE(n) \
  case n:            \
    tile(n, vectors, input_pixel, output_pixel, k, t); \
    break;

ALWAYS_INLINE void tile_of(int pixels, const int vectors, const ptrdiff_t input_pixel,
                           const ptrdiff_t output_pixel, const tile_constants *k,
                           const tile_arguments *t) {
  switch (pixels) { FOR_EACH_TILE_SIZE(TILE_CASE) }
}

// In the middle of a network the distance between pixels is known when this is compiled; in its
// first layer and in a product of matrices it is not.
#define TILE_FUNCTION(name, vectors, input_pixel, output_pixel)                             \
  static void name(int pixels, const tile_constants *k, const tile_arguments *t) {          \
    tile_of(pixels, vectors, input_pixel, output_pixel, k, t);                              \
  }
TILE_FUNCTION(tile_blocked, TILE_VECTORS, HANGTAG_BLOCK, HANGTAG_BLOCK)
TILE_FUNCTION(narrow_tile_blocked, 1, HANGTAG_BLOCK, HANGTAG_BLOCK)
TILE_FUNCTION(tile_strided, TILE_VECTORS, k->input_pixel, k->output_pixel)
TILE_FUNCTION(narrow_tile_strided, 1, k->input_pixel, k->output_pixel)

typedef void tile_function(int pixels, const tile_constants *, const tile_arguments *);

// All tiles of one image for some output channels and one pass. `first` is the first pixel's.
static void convolve_pass(tile_function *function, int height, int width, const tile_constants *k,
                          const tile_arguments *first) {
  // Equal shares of the row rather than full tiles and a small rest.
  const int tiles = (width + TILE_PIXELS - 1) / TILE_PIXELS;
  for (int y = 0; y < height; y++) {
    for (int i = 0; i < tiles; i++) {
      const int x = i * width / tiles;
      tile_arguments t = *first;
      t.input += y * k->input_row + x * k->input_pixel;
      t.output += y * k->output_row + x * k->output_pixel;
      if (t.addend) t.addend += y * k->addend_row + x * k->addend_pixel;
      function((i + 1) * width / tiles - x, k, &t);
    }
  }
}

static void convolve(const hangtag_convolution *c, hangtag_map input, const float *weights,
                     const hangtag_epilogue *epilogue, hangtag_map output) {
  const int input_blocks = block_count(c->input_channels);
  const int lanes = block_count(c->output.channels) * HANGTAG_BLOCK;
  const ptrdiff_t weight_step =
      (ptrdiff_t)c->kernel_height * c->kernel_width * HANGTAG_BLOCK * HANGTAG_BLOCK;
  // Weights of one pass: at most 32 KiB, but at least one block.
  const ptrdiff_t pass_bytes = weight_step / HANGTAG_BLOCK * TILE_VECTORS * LANES * 4;
  const int pass_blocks = pass_bytes < 32768 ? (int)(32768 / pass_bytes) : 1;
  const int blocked = input.pixel == HANGTAG_BLOCK && output.pixel == HANGTAG_BLOCK;
  const hangtag_map addend = epilogue->addend;
  const tile_constants k = {
      .input_block = input.block, .input_row = input.row, .input_pixel = input.pixel,
      .output_block = output.block, .output_row = output.row, .output_pixel = output.pixel,
      .addend_block = addend.block, .addend_row = addend.row, .addend_pixel = addend.pixel,
      .weight_block = input_blocks * weight_step,
      .kernel_height = c->kernel_height, .kernel_width = c->kernel_width,
      .relu = epilogue->relu, .relu_after_add = epilogue->relu_after_add,
  };
  input.data -= c->padding_height * input.row + c->padding_width * input.pixel;

  for (int n = 0; n < c->output.images; n++) {
    for (int lane = 0; lane < lanes; lane += TILE_VECTORS * LANES) {
      // Only where a tile is wider than a block can there be less than a tile left: one vector.
      const int narrow = lane + TILE_VECTORS * LANES > lanes;
      tile_function *function = blocked ? (narrow ? narrow_tile_blocked : tile_blocked)
                                        : (narrow ? narrow_tile_strided : tile_strided);
      const int o = lane / HANGTAG_BLOCK;
      const int within = lane % HANGTAG_BLOCK;
      for (int b = 0; b < input_blocks; b += pass_blocks) {
        const int last_pass = b + pass_blocks >= input_blocks;
        const float *tile_weights = weights + o * k.weight_block + b * weight_step + within;
        const tile_arguments first = {
            .input = row_of(input, n, b, 0),
            .weights = tile_weights,
            .ahead = tile_weights + lane_offset(TILE_VECTORS, k.weight_block),  // the next tile's
            .bias = epilogue->bias ? epilogue->bias + lane : NULL,
            .addend = addend.data ? row_of(addend, n, o, 0) + within : NULL,
            .output = row_of(output, n, o, 0) + within,
            .blocks = last_pass ? input_blocks - b : pass_blocks,
            .last_channels = last_pass ? c->input_channels - (input_blocks - 1) * HANGTAG_BLOCK
                                       : HANGTAG_BLOCK,
            .first_pass = b == 0,
            .last_pass = last_pass,
        };
        convolve_pass(function, c->output.height, c->output.width, &k, &first);
      }
    }
  }
}
