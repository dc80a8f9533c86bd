// The gradient of a convolution's weights: for each kernel position the product of two matrices,
// inputs x pixels and pixels x outputs. A tile of input channels x output channels stays in
// registers while it runs over pixels.

typedef struct {
  const float *input, *gradient;
  float *weights;
  ptrdiff_t input_row, input_pixel;
  ptrdiff_t gradient_block, gradient_row, gradient_pixel;
  ptrdiff_t weight_block;  // from one block of output channels to the next
  int rows, width;
} gradient_arguments;

ALWAYS_INLINE void gradient_tile(const int inputs, const int vectors, const ptrdiff_t input_pixel,
                                 const ptrdiff_t gradient_pixel, const gradient_arguments *t) {
  vector sums[GRADIENT_INPUTS][TILE_VECTORS];
  UNROLLED for (int i = 0; i < inputs; i++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      sums[i][v] = load(t->weights + i * HANGTAG_BLOCK + lane_offset(v, t->weight_block));
    }
  }
  for (int y = 0; y < t->rows; y++) {
    const float *input = t->input + y * t->input_row;
    const float *gradient = t->gradient + y * t->gradient_row;
    for (int x = 0; x < t->width; x++) {
      vector g[TILE_VECTORS];
      UNROLLED for (int v = 0; v < vectors; v++) {
        g[v] = load(gradient + lane_offset(v, t->gradient_block));
      }
      UNROLLED for (int i = 0; i < inputs; i++) {
        const vector value = (vector)(input[i]);
        UNROLLED for (int v = 0; v < vectors; v++) sums[i][v] += value * g[v];
      }
      input += input_pixel;
      gradient += gradient_pixel;
    }
  }
  UNROLLED for (int i = 0; i < inputs; i++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      store(t->weights + i * HANGTAG_BLOCK + lane_offset(v, t->weight_block), sums[i][v]);
    }
  }
}

#define GRADIENT_CASE(n)                                             \
  case n:                                                            \
    gradient_tile(n, vectors, input_pixel, gradient_pixel, t);       \
    break;

ALWAYS_INLINE void gradient_tile_of(int inputs, const int vectors, const ptrdiff_t input_pixel,
                                    const ptrdiff_t gradient_pixel, const gradient_arguments *t) {
  switch (inputs) {
    GRADIENT_CASE(1)
    GRADIENT_CASE(2)
    GRADIENT_CASE(3)
    GRADIENT_CASE(4)
#if GRADIENT_INPUTS > 4
    GRADIENT_CASE(5)
    GRADIENT_CASE(6)
    GRADIENT_CASE(7)
    GRADIENT_CASE(8)
#endif
  }
}

#define GRADIENT_FUNCTION(name, vectors, input_pixel, gradient_pixel)  \
  static void name(int inputs, const gradient_arguments *t) {          \
    gradient_tile_of(inputs, vectors, input_pixel, gradient_pixel, t); \
  }
GRADIENT_FUNCTION(gradient_blocked, TILE_VECTORS, HANGTAG_BLOCK, HANGTAG_BLOCK)
GRADIENT_FUNCTION(narrow_gradient_blocked, 1, HANGTAG_BLOCK, HANGTAG_BLOCK)
GRADIENT_FUNCTION(gradient_strided, TILE_VECTORS, t->input_pixel, t->gradient_pixel)
GRADIENT_FUNCTION(narrow_gradient_strided, 1, t->input_pixel, t->gradient_pixel)

typedef void gradient_function(int inputs, const gradient_arguments *);

// All kernel positions and input channels of one block, over some rows. `first` is the first
// weight's.
static void gradient_of_rows(gradient_function *function, const hangtag_convolution *c,
                             int channels, const gradient_arguments *first) {
  for (int ky = 0; ky < c->kernel_height; ky++) {
    for (int kx = 0; kx < c->kernel_width; kx++) {
      const int position = ky * c->kernel_width + kx;
      for (int i = 0; i < channels; i += GRADIENT_INPUTS) {
        gradient_arguments t = *first;
        t.input += ky * t.input_row + kx * t.input_pixel + i;
        t.weights += (position * HANGTAG_BLOCK + i) * HANGTAG_BLOCK;
        function(i + GRADIENT_INPUTS < channels ? GRADIENT_INPUTS : channels - i, &t);
      }
    }
  }
}

static void convolve_weight_gradient(const hangtag_convolution *c, hangtag_map input,
                                     hangtag_map gradient, float *weights) {
  const int input_blocks = block_count(c->input_channels);
  const int lanes = block_count(c->output.channels) * HANGTAG_BLOCK;
  const ptrdiff_t weight_step =
      (ptrdiff_t)c->kernel_height * c->kernel_width * HANGTAG_BLOCK * HANGTAG_BLOCK;
  const ptrdiff_t weight_block = input_blocks * weight_step;
  const int blocked = input.pixel == HANGTAG_BLOCK && gradient.pixel == HANGTAG_BLOCK;
  // So many rows that those of the input block and of the gradient, 24 KiB, stay in the
  // first-level cache for all kernel positions; at least one.
  const int row_bytes = c->output.width * (HANGTAG_BLOCK + TILE_VECTORS * LANES) * 4;
  const int rows = row_bytes < 24576 ? 24576 / row_bytes : 1;
  input.data -= c->padding_height * input.row + c->padding_width * input.pixel;

  for (int n = 0; n < c->output.images; n++) {
    for (int lane = 0; lane < lanes; lane += TILE_VECTORS * LANES) {
      const int narrow = lane + TILE_VECTORS * LANES > lanes;
      gradient_function *function = blocked
                                        ? (narrow ? narrow_gradient_blocked : gradient_blocked)
                                        : (narrow ? narrow_gradient_strided : gradient_strided);
      const int o = lane / HANGTAG_BLOCK;
      const int within = lane % HANGTAG_BLOCK;
      for (int b = 0; b < input_blocks; b++) {
        const int channels =
            b + 1 < input_blocks ? HANGTAG_BLOCK : c->input_channels - b * HANGTAG_BLOCK;
        for (int y = 0; y < c->output.height; y += rows) {
          const gradient_arguments first = {
              .input = row_of(input, n, b, y),
              .gradient = row_of(gradient, n, o, y) + within,
              .weights = weights + o * weight_block + b * weight_step + within,
              .input_row = input.row, .input_pixel = input.pixel,
              .gradient_row = gradient.row, .gradient_pixel = gradient.pixel,
              .gradient_block = gradient.block,
              .weight_block = weight_block,
              .rows = y + rows < c->output.height ? rows : c->output.height - y,
              .width = c->output.width,
          };
          gradient_of_rows(function, c, channels, &first);
        }
      }
    }
  }
}
