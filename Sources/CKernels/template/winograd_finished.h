// Winograd's filtering: kernels are finished along y in memory, for all places of a column at once. For
// instruction sets with 16 registers: a tile that finished them there would load a number for each
// product, and loads would take twice the time of the products.

// Inputs whose kernels are finished at once, in blocks: what that takes stays in the first cache.
#define FINISHED_BLOCKS 4
#define FINISHED_PLACES 4

_Static_assert(HANGTAG_BLOCK % (TILE_VECTORS * LANES) == 0, "a register tile lies in one block");

// The kernels of the places between 0 and infinity, `count` numbers each.
ALWAYS_INLINE void finish_kernels(const float *first, const float *middle, const float *last,
                                  ptrdiff_t count, float *finished) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const vector f = load(first + i), m = load(middle + i), l = load(last + i);
    const vector near = f + l * INNER_SHARE, far = l + f * INNER_SHARE;
    store(finished + i, near + m);
    store(finished + count + i, near - m);
    store(finished + 2 * count + i, far + m);
    store(finished + 3 * count + i, far - m);
  }
}

// What the tiles of a place are multiplied by: the kernels from some blocks of inputs to one of outputs.
typedef struct {
  const float *kernels;
  int blocks;
  ptrdiff_t block;  // from one block of the tiles' inputs to the next
  int is_first;     // there are no sums yet
} place_kernels;

// The sums of as many tiles as fit into registers. Not a case of convolution.h's `tile`: counts that are
// constants here, of inputs and of the kernel's rows and columns, take a twelfth of the residual
// network's time there. Nothing is fetched ahead: that costs as much as it gives.
ALWAYS_INLINE void sum_tile(const int pixels, const place_kernels *p, const float *input, int lane,
                            float *out) {
  const int vectors = TILE_VECTORS;
  vector sums[TILE_PIXELS][TILE_VECTORS];
  FOR_EACH_SUM sums[q][v] = (vector)(0);
  const float *kernels = p->kernels + lane;
  for (int b = 0; b < p->blocks; b++, input += p->block) {
    _Pragma("clang loop unroll_count(4)") for (int i = 0; i < HANGTAG_BLOCK; i++) {
      vector kernel[TILE_VECTORS];
      UNROLLED for (int v = 0; v < vectors; v++) kernel[v] = load(kernels + v * LANES);
      kernels += HANGTAG_BLOCK;
      UNROLLED for (int q = 0; q < pixels; q++) {
        const vector value = (vector)(input[q * HANGTAG_BLOCK + i]);
        UNROLLED for (int v = 0; v < vectors; v++) sums[q][v] += value * kernel[v];
      }
    }
  }
  if (!p->is_first) {
    FOR_EACH_SUM sums[q][v] += load(out + q * HANGTAG_BLOCK + v * LANES);
  }
  FOR_EACH_SUM store(out + q * HANGTAG_BLOCK + v * LANES, sums[q][v]);
}

#define SUM_TILE_CASE(n)              \
  case n:                             \
    sum_tile(n, p, input, lane, out); \
    break;

ALWAYS_INLINE void sum_tile_of(int tiles, const place_kernels *p, const float *input, int lane,
                               float *out) {
  switch (tiles) { FOR_EACH_TILE_SIZE(SUM_TILE_CASE) }
}

static void sum_place(int tiles, const place_kernels *p, const float *input, float *sums) {
  // Equal shares rather than full register tiles and a small rest.
  const int shares = (tiles + TILE_PIXELS - 1) / TILE_PIXELS;
  for (int i = 0; i < shares; i++) {
    const int start = i * tiles / shares, end = (i + 1) * tiles / shares;
    for (int lane = 0; lane < HANGTAG_BLOCK; lane += TILE_VECTORS * LANES) {
      sum_tile_of(end - start, p, input + start * HANGTAG_BLOCK, lane,
                  sums + start * HANGTAG_BLOCK + lane);
    }
  }
}

static void sum_column(const hangtag_convolution *c, const tile_group *g, int x,
                       const float *weights, float *transformed, float *sums) {
  const int input_blocks = block_count(c->input_channels);
  const int output_blocks = block_count(c->output.channels);
  const ptrdiff_t step = HANGTAG_BLOCK * HANGTAG_BLOCK;  // from one block of inputs to the next
  const ptrdiff_t plane = output_blocks * input_blocks * step;
  const ptrdiff_t block = (ptrdiff_t)g->count * HANGTAG_BLOCK;
  float finished[FINISHED_PLACES * FINISHED_BLOCKS * HANGTAG_BLOCK * HANGTAG_BLOCK]
      __attribute__((aligned(64)));
  for (int o = 0; o < output_blocks; o++) {
    for (int i = 0; i < input_blocks; i += FINISHED_BLOCKS) {
      const int count = i + FINISHED_BLOCKS < input_blocks ? FINISHED_BLOCKS : input_blocks - i;
      const float *first = weights + (o * input_blocks + i) * step;
      const float *middle = first + plane, *last = middle + plane;
      finish_kernels(first, middle, last, count * step, finished);
      for (int y = 0; y < LARGEST_SIDE; y++) {
        const tile_range tiles = tiles_with(g, x, y);
        const place_kernels kernels = {
            .kernels = y == 0             ? first
                       : y == AT_INFINITY ? last
                                          : finished + (y - 1) * count * step,
            .blocks = count, .block = block, .is_first = i == 0,
        };
        const ptrdiff_t start = y * g->place + tiles.first * HANGTAG_BLOCK;
        sum_place(tiles.count, &kernels, transformed + start + i * block,
                  sums + start + o * block);
      }
    }
  }
}
