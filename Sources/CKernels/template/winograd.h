// Convolution of 3 x 3 by Winograd's minimal filtering, F(2 x 2, 3 x 3) and F(4 x 4, 3 x 3) of Lavin
// and Gray (2016): four neighbouring outputs take 16 products a pair of channels instead of 36, or
// sixteen take 36 instead of 144. A tile of inputs and each kernel are transformed into one number a
// place, 4 x 4 or 6 x 6 of them; for each place the channels are summed by a product of matrices,
// tiles x inputs and inputs x outputs; the sums of all places give the outputs.
//
// Kernels are kept transformed along x only: half the memory, and half of what has to come from it
// where tiles are few. Those of two places along y that differ by a sign are finished together, in
// registers.

#include "winograd_transforms.h"

// Memory for transformed tiles on the stack, so that no kernel allocates. Larger work is divided.
#define WINOGRAD_BYTES (384 * 1024)

// Of three weights in a row or column, the first and the last stand alone at its ends. The places
// between come in pairs:
//   near = first + last * inner_share ± middle * middle_factor
//   far  = last + first * inner_share ± middle * middle_factor
// Edge 2 has no far ones. Factors of whole places, ½, or -2/3 and 1/3, are left to the sums.
ALWAYS_INLINE float inner_share(int edge) { return edge == 2 ? 1 : 0.5f; }
ALWAYS_INLINE double middle_factor(int edge) { return edge == 2 ? 1 : NEAR_POINT; }

// The weights of one block of outputs, in double precision: they are transformed once and used for
// ever.
typedef double wide_block __attribute__((ext_vector_type(HANGTAG_BLOCK)));

ALWAYS_INLINE void transform_weight_line(const int edge, const wide_block g[3],
                                         wide_block out[LARGEST_SIDE]) {
  const wide_block middle = g[1] * middle_factor(edge);
  const wide_block near = g[0] + g[2] * inner_share(edge);
  const wide_block far = g[2] + g[0] * inner_share(edge);
  out[0] = g[0];
  out[1] = near + middle;
  out[2] = near - middle;
  if (edge == 4) {
    out[3] = far + middle;
    out[4] = far - middle;
  }
  out[side_of(edge) - 1] = g[2];
}

// The kernels from one input to up to 16 outputs, transformed along x: three numbers a place, each a
// `plane` after the other, the middle one with its factor.
ALWAYS_INLINE void pack_kernels(const int edge, const float *plain, wide_block scale, int outputs,
                                ptrdiff_t output_distance, float *packed, ptrdiff_t plane) {
  for (int y = 0; y < 3; y++) {
    // Through memory: to set a vector's elements one by one takes several times as long.
    float gathered[3][HANGTAG_BLOCK] = {0};
    for (int o = 0; o < outputs; o++) {
      for (int x = 0; x < 3; x++) gathered[x][o] = plain[o * output_distance + y * 3 + x];
    }
    const wide_block factor = y == 1 ? scale * middle_factor(edge) : scale;
    wide_block g[3], row[LARGEST_SIDE];
    for (int x = 0; x < 3; x++) {
      g[x] = __builtin_convertvector(load_block(gathered[x]), wide_block) * factor;
    }
    transform_weight_line(edge, g, row);
    for (int x = 0; x < side_of(edge); x++) {
      store_block(packed + (x * 3 + y) * plane, __builtin_convertvector(row[x], block));
    }
  }
}

// Each plane is packed as the weights of a 1 x 1 convolution, one plane after the other.
ALWAYS_INLINE void pack_planes(const int edge, const hangtag_weights *w, const float *plain,
                               const double *scale, float *packed) {
  const ptrdiff_t row = block_count(w->inputs) * HANGTAG_BLOCK * HANGTAG_BLOCK;
  for (int o = 0; o < w->outputs; o += HANGTAG_BLOCK) {
    const int outputs = w->outputs - o < HANGTAG_BLOCK ? w->outputs - o : HANGTAG_BLOCK;
    wide_block scales = 1;
    for (int k = 0; scale && k < outputs; k++) scales[k] = scale[o + k];
    for (int i = 0; i < w->inputs; i++) {
      pack_kernels(edge, plain + ((ptrdiff_t)o * w->inputs + i) * 9, scales, outputs,
                   (ptrdiff_t)w->inputs * 9, packed + o / HANGTAG_BLOCK * row + i * HANGTAG_BLOCK,
                   block_count(w->outputs) * row);
    }
  }
}

static void pack_winograd_weights(const hangtag_weights *w, int edge, const float *plain,
                                  const double *scale, float *packed) {
  if (edge == 2) pack_planes(2, w, plain, scale, packed);
  if (edge == 4) pack_planes(4, w, plain, scale, packed);
}

// A row of tiles as the pixels of a 1 x 1 convolution.
ALWAYS_INLINE hangtag_map tile_map(float *data, int tiles) {
  return (hangtag_map){data, 0, (ptrdiff_t)tiles * HANGTAG_BLOCK, 0, HANGTAG_BLOCK};
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
  ptrdiff_t input_block;
  int input_blocks;  // whole ones: channels that are not there have zeros
  ptrdiff_t ahead;   // from a middle weight to the one to be fetched with it
} place_pair;

// The sums of LANES outputs of some tiles in both places.
ALWAYS_INLINE void pair_tile(const int edge, const int pixels, const place_pair *p,
                             const float *input, float *sums) {
  vector plus[TILE_PIXELS], minus[TILE_PIXELS];
  UNROLLED for (int q = 0; q < pixels; q++) plus[q] = minus[q] = (vector)(0);
  const float *outer = p->outer, *middle = p->middle, *inner = p->inner;
  for (int b = 0; b < p->input_blocks; b++, input += p->input_block) {
    for (int i = 0; i < HANGTAG_BLOCK; i++) {
      const vector both = load(outer) + load(inner) * inner_share(edge), one = load(middle);
      const vector plus_weight = both + one, minus_weight = both - one;
      __builtin_prefetch(middle + p->ahead, 0, 2);
      outer += HANGTAG_BLOCK, middle += HANGTAG_BLOCK, inner += HANGTAG_BLOCK;
      UNROLLED for (int q = 0; q < pixels; q++) {
        plus[q] += (vector)(input[q * HANGTAG_BLOCK + i]) * plus_weight;
        minus[q] += (vector)(input[q * HANGTAG_BLOCK + i + p->place]) * minus_weight;
      }
    }
  }
  UNROLLED for (int q = 0; q < pixels; q++) {
    store(sums + q * HANGTAG_BLOCK, plus[q]);
    store(sums + q * HANGTAG_BLOCK + p->place, minus[q]);
  }
}

#define PAIR_TILE_CASE(n)              \
  case n:                              \
    pair_tile(edge, n, p, input, sums); \
    break;

ALWAYS_INLINE void pair_tile_of(const int edge, int pixels, const place_pair *p, const float *input,
                                float *sums) {
  switch (pixels) { FOR_EACH_TILE_SIZE(PAIR_TILE_CASE) }
}

// All tiles and outputs of a pair of places.
ALWAYS_INLINE void sum_pair(const int edge, const tile_group *g, int output_blocks,
                            ptrdiff_t weight_block, place_pair p, const float *transformed,
                            float *sums) {
  const int shares = (g->count + TILE_PIXELS - 1) / TILE_PIXELS;
  for (int lane = 0; lane < output_blocks * HANGTAG_BLOCK; lane += LANES) {
    const ptrdiff_t weight = channel_position(lane, weight_block, 1);
    place_pair at_lane = p;
    at_lane.outer += weight, at_lane.middle += weight, at_lane.inner += weight;
    for (int i = 0; i < shares; i++) {
      const int tile = i * g->count / shares;
      pair_tile_of(edge, (i + 1) * g->count / shares - tile, &at_lane,
                   transformed + tile * HANGTAG_BLOCK,
                   sums + tile * HANGTAG_BLOCK + channel_position(lane, p.input_block, 1));
    }
  }
}

// The sums of one column of places.
ALWAYS_INLINE void sum_column(const int edge, const hangtag_convolution *c, const tile_group *g,
                              const float *weights, float *transformed, float *sums) {
  const ptrdiff_t row = block_count(c->input_channels) * HANGTAG_BLOCK * HANGTAG_BLOCK;
  const int blocks = block_count(c->output.channels), last = side_of(edge) - 1;
  const float *planes[3];
  for (int y = 0; y < 3; y++) planes[y] = weights + y * blocks * row;
  // A tile's outputs at a time, so that their weights are still in the cache for the next places.
  const int most = TILE_VECTORS * LANES > HANGTAG_BLOCK ? TILE_VECTORS * LANES / HANGTAG_BLOCK : 1;
  const hangtag_epilogue none = {0};
  for (int b = 0; b < blocks; b += most) {
    const int count = b + most < blocks ? most : blocks - b;
    const ptrdiff_t target = (ptrdiff_t)b * g->count * HANGTAG_BLOCK;
    const hangtag_convolution product = {
        .output = {1, count * HANGTAG_BLOCK, 1, g->count}, .input_channels = c->input_channels,
        .kernel_height = 1, .kernel_width = 1,
    };
    for (int y = 0; y <= last; y += last) {
      convolve(&product, tile_map(transformed + y * g->place, g->count),
               planes[y ? 2 : 0] + b * row, &none, tile_map(sums + y * g->place + target, g->count));
    }
    for (int y = 1; y < last; y += 2) {
      const place_pair pair = {
          .outer = planes[y == 1 ? 0 : 2] + b * row, .middle = planes[1] + b * row,
          .inner = planes[y == 1 ? 2 : 0] + b * row, .place = g->place,
          .input_block = (ptrdiff_t)g->count * HANGTAG_BLOCK,
          .input_blocks = block_count(c->input_channels), .ahead = most * row,
      };
      sum_pair(edge, g, count, row, pair, transformed + y * g->place,
               sums + y * g->place + target);
    }
  }
}

ALWAYS_INLINE void convolve_tiles(const int edge, const hangtag_convolution *c, hangtag_map input,
                                  const float *weights, const hangtag_epilogue *epilogue,
                                  hangtag_map output) {
  const int inputs = block_count(c->input_channels) * HANGTAG_BLOCK;
  const int outputs = block_count(c->output.channels) * HANGTAG_BLOCK;
  const int channels = inputs > outputs ? inputs : outputs;
  const int side = side_of(edge);
  // The sums of a column of places take the memory of the transformed inputs of the column before,
  // which are needed no more: almost twice as many tiles fit, and use each weight that is fetched.
  const int places = (side + 1) * side;
  const int tile_bytes = places * channels * (int)sizeof(float);
  tile_group group = {
      .columns = (c->output.width + edge - 1) / edge, .rows = (c->output.height + edge - 1) / edge};
  const int tiles = c->output.images * group.columns * group.rows;
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
    const ptrdiff_t column = side * group.place;
    float *sums = memory, *transformed = memory + column;
    transform_inputs(edge, c, input, &group, transformed);
    for (int x = 0; x < side; x++) {
      sum_column(edge, c, &group, weights + x * 3 * (ptrdiff_t)inputs * outputs,
                 transformed + x * column, sums + x * column);
    }
    transform_outputs(edge, c, epilogue, sums, &group, output);
  }
}

static void convolve_winograd(const hangtag_convolution *c, int edge, hangtag_map input,
                              const float *weights, const hangtag_epilogue *epilogue,
                              hangtag_map output) {
  if (edge == 2) convolve_tiles(2, c, input, weights, epilogue, output);
  if (edge == 4) convolve_tiles(4, c, input, weights, epilogue, output);
}

#define CONVOLVE_WINOGRAD convolve_winograd
#define PACK_WINOGRAD_WEIGHTS pack_winograd_weights
