// Convolution of 3 x 3 by Winograd's minimal filtering, F(4 x 4, 3 x 3) of Lavin and Gray (2016) and, so
// that nothing is computed beyond the last pixel, F(3 x 3, 3 x 3): sixteen neighbouring outputs take
// 36 products a pair of channels instead of 144, nine take 25 instead of 81. A tile of inputs and
// each kernel are transformed into one number a place, up to 6 x 6 of them; for each place the
// channels are summed by a product of matrices, tiles x inputs and inputs x outputs; the sums of all
// places give the outputs.
//
// Kernels are kept transformed along x only: half the memory, and half of what has to come from it
// where tiles are few. Along y they are finished when they are needed, in registers where there are
// enough of them (FINISHES_IN_REGISTERS), or in memory.

#include "winograd_transforms.h"

// Memory for transformed tiles on the stack, so that no kernel allocates. Larger work is divided.
#define WINOGRAD_BYTES (384 * 1024)

// Of three weights in a row or column, the first is for the place at 0, the last for the one at
// infinity. The places between come in pairs:
//   near = first + last / 2 ± middle * √½
//   far  = last + first / 2 ± middle * √½
// Factors of whole places, -2/3 and 1/3, are left to the sums.
#define INNER_SHARE 0.5f
#define MIDDLE_FACTOR NEAR_POINT

// The weights of one block of outputs, in double precision: they are transformed once and used for
// ever.
typedef double wide_block __attribute__((ext_vector_type(HANGTAG_BLOCK)));

ALWAYS_INLINE void transform_weight_line(const wide_block g[3], wide_block out[LARGEST_SIDE]) {
  const wide_block middle = g[1] * MIDDLE_FACTOR;
  const wide_block near = g[0] + g[2] * INNER_SHARE, far = g[2] + g[0] * INNER_SHARE;
  out[0] = g[0];
  out[1] = near + middle;
  out[2] = near - middle;
  out[3] = far + middle;
  out[4] = far - middle;
  out[AT_INFINITY] = g[2];
}

// The kernels from one input to up to 16 outputs, transformed along x: three numbers a place, each a
// `plane` after the other, the middle one with its factor.
ALWAYS_INLINE void pack_kernels(const float *plain, wide_block scale, int outputs,
                                ptrdiff_t output_distance, float *packed, ptrdiff_t plane) {
  for (int y = 0; y < 3; y++) {
    // Through memory: to set a vector's elements one by one takes several times as long.
    float gathered[3][HANGTAG_BLOCK] = {0};
    for (int o = 0; o < outputs; o++) {
      for (int x = 0; x < 3; x++) gathered[x][o] = plain[o * output_distance + y * 3 + x];
    }
    const wide_block factor = y == 1 ? scale * MIDDLE_FACTOR : scale;
    wide_block g[3], row[LARGEST_SIDE];
    for (int x = 0; x < 3; x++) {
      g[x] = __builtin_convertvector(load_block(gathered[x]), wide_block) * factor;
    }
    transform_weight_line(g, row);
    for (int x = 0; x < LARGEST_SIDE; x++) {
      store_block(packed + (x * 3 + y) * plane, __builtin_convertvector(row[x], block));
    }
  }
}

// Each plane is packed as the weights of a 1 x 1 convolution, one plane after the other.
static void pack_winograd_weights(const hangtag_weights *w, const float *plain,
                                  const double *scale, float *packed) {
  const ptrdiff_t row = block_count(w->inputs) * HANGTAG_BLOCK * HANGTAG_BLOCK;
  for (int o = 0; o < w->outputs; o += HANGTAG_BLOCK) {
    const int outputs = w->outputs - o < HANGTAG_BLOCK ? w->outputs - o : HANGTAG_BLOCK;
    wide_block scales = 1;
    for (int k = 0; scale && k < outputs; k++) scales[k] = scale[o + k];
    for (int i = 0; i < w->inputs; i++) {
      pack_kernels(plain + ((ptrdiff_t)o * w->inputs + i) * 9, scales, outputs,
                   (ptrdiff_t)w->inputs * 9, packed + o / HANGTAG_BLOCK * row + i * HANGTAG_BLOCK,
                   block_count(w->outputs) * row);
    }
  }
}

// The distance between two places' numbers. One block more than they take, because powers of two
// would all meet in the same few lines of the first-level cache.
ALWAYS_INLINE ptrdiff_t place_distance(int tiles, int channels) {
  return (ptrdiff_t)tiles * channels + HANGTAG_BLOCK;
}

// sum_column(c, g, x, weights, transformed, sums): the sums of one column of places, `x`.
#ifdef FINISHES_IN_REGISTERS
#include "winograd_pairs.h"
#else
#include "winograd_finished.h"
#endif

static void convolve_winograd(const hangtag_convolution *c, hangtag_map input,
                              const float *weights, const hangtag_epilogue *epilogue,
                              hangtag_map output) {
  const int inputs = block_count(c->input_channels) * HANGTAG_BLOCK;
  const int outputs = block_count(c->output.channels) * HANGTAG_BLOCK;
  const int channels = inputs > outputs ? inputs : outputs;
  // The sums of a column of places take the memory of the transformed inputs of the column before,
  // which are needed no more: almost twice as many tiles fit, and use each weight that is fetched.
  const int places = (LARGEST_SIDE + 1) * LARGEST_SIDE;
  const int tile_bytes = places * channels * (int)sizeof(float);
  tile_group group = {
      .along_y = divided(c->output.height), .along_x = divided(c->output.width),
      .images = c->output.images};
  const int tiles = tiles_before(&group, TILE_KINDS);
  // Equal groups rather than full ones and a small rest; whole register tiles where they fit.
  const int most = WINOGRAD_BYTES / tile_bytes > 1 ? WINOGRAD_BYTES / tile_bytes : 1;
  const int groups = (tiles + most - 1) / most;
  const int share = (tiles + groups - 1) / groups;
  const int whole = (share + TILE_PIXELS - 1) / TILE_PIXELS * TILE_PIXELS;
  const int capacity = whole <= most ? whole : share;
  float memory[places * place_distance(capacity, channels)] __attribute__((aligned(64)));
  input.data -= c->padding_height * input.row + c->padding_width * input.pixel;

  for (group.first = 0; group.first < tiles; group.first += group.count) {
    group.count = group.first + capacity < tiles ? capacity : tiles - group.first;
    group.place = place_distance(group.count, channels);
    const ptrdiff_t column = LARGEST_SIDE * group.place;
    float *sums = memory, *transformed = memory + column;
    transform_inputs(c, input, &group, transformed);
    for (int x = 0; x < LARGEST_SIDE; x++) {
      sum_column(c, &group, x, weights + x * 3 * (ptrdiff_t)inputs * outputs,
                 transformed + x * column, sums + x * column);
    }
    transform_outputs(c, epilogue, sums, &group, output);
  }
}

#define CONVOLVE_WINOGRAD convolve_winograd
#define PACK_WINOGRAD_WEIGHTS pack_winograd_weights
