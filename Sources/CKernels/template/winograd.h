// Convolution of 3 x 3 by Winograd's minimal filtering, F(2 x 2, 3 x 3) of Lavin and Gray (2016):
// four neighbouring outputs take 16 products a pair of channels instead of 36. A tile of 4 x 4 inputs
// and each kernel are transformed into 16 numbers; for each of the 16 places the channels are summed
// by a product of matrices, tiles x inputs and inputs x outputs; the 16 sums give the four outputs.
// Only the transforms' factors 1/2, 1/4, 1 and -1 come in, so little is lost to rounding.

// Memory for transformed tiles on the stack, so that no kernel allocates. Larger work is divided.
#define WINOGRAD_BYTES (256 * 1024)
#define WINOGRAD_PLACES 16

// A row or column of four inputs, transformed.
#define INPUT_TRANSFORM(d0, d1, d2, d3, out) \
  do {                                       \
    (out)[0] = (d0) - (d2);                  \
    (out)[1] = (d1) + (d2);                  \
    (out)[2] = (d2) - (d1);                  \
    (out)[3] = (d1) - (d3);                  \
  } while (0)

// The same of three weights. In double precision: they are transformed once and used for ever.
ALWAYS_INLINE void transform_weights(double g0, double g1, double g2, double out[4]) {
  out[0] = g0;
  out[1] = (g0 + g1 + g2) / 2;
  out[2] = (g0 - g1 + g2) / 2;
  out[3] = g2;
}

ALWAYS_INLINE void transform_kernel(const float *g, float places[WINOGRAD_PLACES]) {
  double rows[3][4], column[4];
  for (int y = 0; y < 3; y++) transform_weights(g[y * 3], g[y * 3 + 1], g[y * 3 + 2], rows[y]);
  for (int x = 0; x < 4; x++) {
    transform_weights(rows[0][x], rows[1][x], rows[2][x], column);
    for (int y = 0; y < 4; y++) places[y * 4 + x] = (float)column[y];
  }
}

// Each place is packed as the weights of a 1 x 1 convolution, one place after the other.
static void pack_winograd_weights(const hangtag_weights *w, int first_output, int last_output,
                                  const float *plain, float *packed) {
  const ptrdiff_t matrix = HANGTAG_BLOCK * HANGTAG_BLOCK;
  const ptrdiff_t row = block_count(w->inputs) * matrix;
  for (int o = first_output; o < last_output; o++) {
    for (int i = 0; i < w->inputs; i++) {
      float places[WINOGRAD_PLACES];
      transform_kernel(plain + ((ptrdiff_t)o * w->inputs + i) * 9, places);
      float *target =
          packed + channel_position(o, row, 1) + channel_position(i, matrix, HANGTAG_BLOCK);
      for (int p = 0; p < WINOGRAD_PLACES; p++) {
        target[p * block_count(w->outputs) * row] = places[p];
      }
    }
  }
}

// Some tiles that go through all stages together: numbers first..<first + count of all tiles of all
// images, row by row.
typedef struct {
  int columns, rows;  // of tiles in an image
  int first, count;
} tile_group;

// Where a tile of the group begins.
typedef struct {
  int image, y, x;
} tile_place;

ALWAYS_INLINE tile_place place_of(const tile_group *g, int tile) {
  const int number = g->first + tile, an_image = g->columns * g->rows;
  const int within = number % an_image;
  return (tile_place){number / an_image, within / g->columns * 2, within % g->columns * 2};
}

// [place][input block][tile][16 channels]. `input` begins at the padding. What lies beyond it, where
// the outputs are no whole number of tiles, counts as zero.
static void transform_inputs(const hangtag_convolution *c, hangtag_map input, const tile_group *g,
                             float *target) {
  const int blocks = block_count(c->input_channels);
  const ptrdiff_t place_distance = (ptrdiff_t)blocks * g->count * HANGTAG_BLOCK;
  const int height = c->output.height + 2, width = c->output.width + 2;
  for (int tile = 0; tile < g->count; tile++) {
    const tile_place at = place_of(g, tile);
    for (int b = 0; b < blocks; b++) {
      block columns[4][4];  // transformed along y
      UNROLLED for (int x = 0; x < 4; x++) {
        block d[4];
        UNROLLED for (int y = 0; y < 4; y++) {
          d[y] = at.y + y < height && at.x + x < width
                     ? load_block(row_of(input, at.image, b, at.y + y) + (at.x + x) * input.pixel)
                     : (block)(0);
        }
        INPUT_TRANSFORM(d[0], d[1], d[2], d[3], columns[x]);
      }
      float *out = target + ((ptrdiff_t)b * g->count + tile) * HANGTAG_BLOCK;
      UNROLLED for (int y = 0; y < 4; y++) {
        block row[4];
        INPUT_TRANSFORM(columns[0][y], columns[1][y], columns[2][y], columns[3][y], row);
        UNROLLED for (int x = 0; x < 4; x++) {
          store_block(out + (y * 4 + x) * place_distance, row[x]);
        }
      }
    }
  }
}

// The four outputs of each tile from its sums, [place][output block][tile][16 channels].
static void transform_outputs(const hangtag_convolution *c, const hangtag_epilogue *e,
                              const float *sums, const tile_group *g, hangtag_map output) {
  const int blocks = block_count(c->output.channels);
  const ptrdiff_t place_distance = (ptrdiff_t)blocks * g->count * HANGTAG_BLOCK;
  for (int tile = 0; tile < g->count; tile++) {
    const tile_place at = place_of(g, tile);
    for (int b = 0; b < blocks; b++) {
      const float *in = sums + ((ptrdiff_t)b * g->count + tile) * HANGTAG_BLOCK;
      const block bias = e->bias ? load_block(e->bias + b * HANGTAG_BLOCK) : (block)(0);
      block columns[4][2];
      UNROLLED for (int x = 0; x < 4; x++) {
        block m[4];
        UNROLLED for (int y = 0; y < 4; y++) m[y] = load_block(in + (y * 4 + x) * place_distance);
        columns[x][0] = m[0] + m[1] + m[2];
        columns[x][1] = m[1] - m[2] - m[3];
      }
      for (int y = 0; y < 2 && at.y + y < c->output.height; y++) {
        const block v[2] = {columns[0][y] + columns[1][y] + columns[2][y],
                            columns[1][y] - columns[2][y] - columns[3][y]};
        for (int x = 0; x < 2 && at.x + x < c->output.width; x++) {
          block value = v[x] + bias;
          if (e->relu) value = block_max(value, (block)(0));
          if (e->addend.data) {
            value += load_block(row_of(e->addend, at.image, b, at.y + y) +
                                (at.x + x) * e->addend.pixel);
          }
          if (e->relu_after_add) value = block_max(value, (block)(0));
          store_block(row_of(output, at.image, b, at.y + y) + (at.x + x) * output.pixel, value);
        }
      }
    }
  }
}

// A row of tiles as the pixels of a 1 x 1 convolution.
ALWAYS_INLINE hangtag_map tile_map(float *data, int tiles) {
  return (hangtag_map){data, 0, (ptrdiff_t)tiles * HANGTAG_BLOCK, 0, HANGTAG_BLOCK};
}

static void convolve_winograd(const hangtag_convolution *c, hangtag_map input,
                              const float *weights, const hangtag_epilogue *epilogue,
                              hangtag_map output) {
  const int inputs = block_count(c->input_channels) * HANGTAG_BLOCK;
  const int outputs = block_count(c->output.channels) * HANGTAG_BLOCK;
  const int tile_bytes = WINOGRAD_PLACES * (inputs + outputs) * (int)sizeof(float);
  tile_group group = {.columns = (c->output.width + 1) / 2, .rows = (c->output.height + 1) / 2};
  const int tiles = c->output.images * group.columns * group.rows;
  // Equal groups rather than full ones and a small rest; whole register tiles where they fit.
  const int most = WINOGRAD_BYTES / tile_bytes > 1 ? WINOGRAD_BYTES / tile_bytes : 1;
  const int groups = (tiles + most - 1) / most;
  const int share = (tiles + groups - 1) / groups;
  const int whole = (share + TILE_PIXELS - 1) / TILE_PIXELS * TILE_PIXELS;
  const int capacity = whole <= most ? whole : share;
  float transformed[WINOGRAD_PLACES * capacity * inputs] __attribute__((aligned(64)));
  float sums[WINOGRAD_PLACES * capacity * outputs] __attribute__((aligned(64)));
  input.data -= c->padding_height * input.row + c->padding_width * input.pixel;

  for (group.first = 0; group.first < tiles; group.first += group.count) {
    group.count = group.first + capacity < tiles ? capacity : tiles - group.first;
    transform_inputs(c, input, &group, transformed);
    const hangtag_convolution product = {
        .output = {1, c->output.channels, 1, group.count}, .input_channels = c->input_channels,
        .kernel_height = 1, .kernel_width = 1,
    };
    const hangtag_epilogue none = {0};
    for (int p = 0; p < WINOGRAD_PLACES; p++) {
      convolve(&product, tile_map(transformed + (ptrdiff_t)p * group.count * inputs, group.count),
               weights + (ptrdiff_t)p * inputs * outputs, &none,
               tile_map(sums + (ptrdiff_t)p * group.count * outputs, group.count));
    }
    transform_outputs(c, epilogue, sums, &group, output);
  }
}

#define CONVOLVE_WINOGRAD convolve_winograd
#define PACK_WINOGRAD_WEIGHTS pack_winograd_weights
