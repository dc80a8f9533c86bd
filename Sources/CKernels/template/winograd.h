// Convolution of 3 x 3 by Winograd's minimal filtering, F(4 x 4, 3 x 3) of Lavin and Gray (2016) and, so
// that nothing is computed beyond the last pixel, F(3 x 3, 3 x 3): sixteen neighbouring outputs take
// 36 products a pair of channels instead of 144, nine take 25 instead of 81. A tile of inputs and
// each kernel are transformed into one number a place, up to 6 x 6 of them; for each place the
// channels are summed by a product of matrices, tiles x inputs and inputs x outputs; the sums of all
// places give the outputs.
//
// Kernels are kept transformed along x only: half the memory, and half of what has to come from it
// where tiles are few. Those of two places along y that differ by a sign are finished together, in
// registers.

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

// What a pair of places along y reads and writes: of inputs and sums those of the first place, the
// other's are a `place` further on.
typedef struct {
  const float *outer, *middle, *inner;  // weights; inner ones are those with a share
  ptrdiff_t place;
  ptrdiff_t block;   // from one block of channels to the next, of inputs and sums
  int input_blocks;  // whole ones: channels that are not there have zeros
  ptrdiff_t ahead;   // from a middle weight to the one to be fetched with it
} place_pair;

// The sums of LANES outputs of some tiles in both places.
ALWAYS_INLINE void pair_tile(const int tiles, const place_pair *p, const float *input,
                             float *sums) {
  vector plus[TILE_PIXELS], minus[TILE_PIXELS];
  UNROLLED for (int q = 0; q < tiles; q++) plus[q] = minus[q] = (vector)(0);
  const float *outer = p->outer, *middle = p->middle, *inner = p->inner;
  for (int b = 0; b < p->input_blocks; b++, input += p->block) {
    for (int i = 0; i < HANGTAG_BLOCK; i++) {
      const vector both = load(outer) + load(inner) * INNER_SHARE, one = load(middle);
      const vector plus_weight = both + one, minus_weight = both - one;
      __builtin_prefetch(middle + p->ahead, 0, 2);
      outer += HANGTAG_BLOCK, middle += HANGTAG_BLOCK, inner += HANGTAG_BLOCK;
      UNROLLED for (int q = 0; q < tiles; q++) {
        plus[q] += (vector)(input[q * HANGTAG_BLOCK + i]) * plus_weight;
        minus[q] += (vector)(input[q * HANGTAG_BLOCK + i + p->place]) * minus_weight;
      }
    }
  }
  UNROLLED for (int q = 0; q < tiles; q++) {
    store(sums + q * HANGTAG_BLOCK, plus[q]);
    store(sums + q * HANGTAG_BLOCK + p->place, minus[q]);
  }
}

#define PAIR_TILE_CASE(n)          \
  case n:                          \
    pair_tile(n, p, input, sums);  \
    break;

ALWAYS_INLINE void pair_tile_of(int tiles, const place_pair *p, const float *input, float *sums) {
  switch (tiles) { FOR_EACH_TILE_SIZE(PAIR_TILE_CASE) }
}

// All of some tiles and outputs of a pair of places.
ALWAYS_INLINE void sum_pair(tile_range tiles, int output_blocks, ptrdiff_t weight_block,
                            place_pair p, const float *transformed, float *sums) {
  // Equal shares rather than full register tiles and a small rest.
  const int shares = (tiles.count + TILE_PIXELS - 1) / TILE_PIXELS;
  for (int lane = 0; lane < output_blocks * HANGTAG_BLOCK; lane += LANES) {
    const ptrdiff_t weight = channel_position(lane, weight_block, 1);
    place_pair at_lane = p;
    at_lane.outer += weight, at_lane.middle += weight, at_lane.inner += weight;
    for (int i = 0; i < shares; i++) {
      const int start = i * tiles.count / shares, end = (i + 1) * tiles.count / shares;
      const ptrdiff_t tile = (ptrdiff_t)(tiles.first + start) * HANGTAG_BLOCK;
      pair_tile_of(end - start, &at_lane, transformed + tile,
                   sums + tile + channel_position(lane, p.block, 1));
    }
  }
}

// The sums of one column of places, `x`.
static void sum_column(const hangtag_convolution *c, const tile_group *g, int x,
                       const float *weights, float *transformed, float *sums) {
  const ptrdiff_t row = block_count(c->input_channels) * HANGTAG_BLOCK * HANGTAG_BLOCK;
  const ptrdiff_t block = (ptrdiff_t)g->count * HANGTAG_BLOCK;
  const int blocks = block_count(c->output.channels);
  const float *first = weights, *middle = first + blocks * row, *last = middle + blocks * row;
  // A register tile's outputs at a time, so that their weights are still in the cache for the next
  // places.
  const int at_once =
      TILE_VECTORS * LANES > HANGTAG_BLOCK ? TILE_VECTORS * LANES / HANGTAG_BLOCK : 1;
  const hangtag_epilogue none = {0};
  for (int b = 0; b < blocks; b += at_once) {
    const int count = b + at_once < blocks ? at_once : blocks - b;
    for (int y = 0; y < LARGEST_SIDE; y += AT_INFINITY) {
      const tile_range tiles = tiles_with(g, x, y);
      if (tiles.count == 0) continue;
      const ptrdiff_t start = y * g->place + tiles.first * HANGTAG_BLOCK;
      // Tiles as the pixels of a row.
      const hangtag_convolution product = {
          .output = {1, count * HANGTAG_BLOCK, 1, tiles.count},
          .input_channels = c->input_channels, .kernel_height = 1, .kernel_width = 1,
      };
      convolve(&product, (hangtag_map){transformed + start, 0, block, 0, HANGTAG_BLOCK},
               (y == 0 ? first : last) + b * row, &none,
               (hangtag_map){sums + start + b * block, 0, block, 0, HANGTAG_BLOCK});
    }
    for (int y = 1; y < AT_INFINITY; y += 2) {
      const place_pair pair = {
          .outer = (y == 1 ? first : last) + b * row, .middle = middle + b * row,
          .inner = (y == 1 ? last : first) + b * row, .place = g->place, .block = block,
          .input_blocks = block_count(c->input_channels), .ahead = at_once * row,
      };
      sum_pair(tiles_with(g, x, y), count, row, pair, transformed + y * g->place,
               sums + y * g->place + b * block);
    }
  }
}

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
