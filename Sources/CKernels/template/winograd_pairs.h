// Winograd's filtering: kernels of two places along y that differ by a sign are finished together, in
// registers. For instruction sets with 32 of them, and of which a product takes its input from memory.

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
