// Winograd's filtering: kernels are finished along y in memory, for all places of a column at once, and
// multiplied as the weights of any other product. For instruction sets with 16 registers: a tile that
// finished them there would load a number for each product, and loads would take twice the time of
// the products.

// Inputs whose kernels are finished at once, in blocks: what that takes is still in the first or
// second cache when they are used.
#define FINISHED_BLOCKS 8
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
      // Of the next inputs or outputs; behind a column's last ones are those of the next column.
      const int is_end = o + 1 == output_blocks && i + count == input_blocks;
      const float *next = is_end ? weights + 3 * plane : first + count * step;
      finish_kernels(first, middle, last, count * step, finished);
      for (int y = 0; y < LARGEST_SIDE; y++) {
        const tile_range tiles = tiles_with(g, x, y);
        if (tiles.count == 0) continue;
        const float *kernels = y == 0             ? first
                               : y == AT_INFINITY ? last
                                                  : finished + (y - 1) * count * step;
        const ptrdiff_t start = y * g->place + tiles.first * HANGTAG_BLOCK;
        // Tiles as the pixels of a row.
        const tile_constants constants = {
            .input_block = block, .input_pixel = HANGTAG_BLOCK,
            .output_block = block, .output_pixel = HANGTAG_BLOCK,
            .kernel_height = 1, .kernel_width = 1,
        };
        for (int lane = 0; lane < HANGTAG_BLOCK; lane += TILE_VECTORS * LANES) {
          const tile_arguments arguments = {
              .input = transformed + start + i * block, .weights = kernels + lane,
              // While three places are summed, the three planes needed next are fetched: a seventh of
              // the residual network's time for a single image.
              .ahead = next + y % 3 * plane,
              .output = sums + start + o * block + lane,
              .blocks = count, .last_channels = HANGTAG_BLOCK, .first_pass = i == 0,
          };
          convolve_pass(tile_blocked, 1, tiles.count, &constants, &arguments);
        }
      }
    }
  }
}
