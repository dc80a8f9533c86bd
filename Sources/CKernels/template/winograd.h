// Convolution of 3 x 3 by Winograd's minimal filtering, F(2 x 2, 3 x 3) and F(4 x 4, 3 x 3) of Lavin
// and Gray (2016): four neighbouring outputs take 16 products a pair of channels instead of 36, or
// sixteen take 36 instead of 144. A tile of inputs and each kernel are transformed into one number a
// place, 4 x 4 or 6 x 6 of them; for each place the channels are summed by a product of matrices,
// tiles x inputs and inputs x outputs; the sums of all places give the outputs.
//
// Toom and Cook's method evaluates at as many points as there are places in a row: 0, 1, -1 and
// infinity for the small tile; 0, ±√½, ±√2 and infinity for the large one, which loses less to
// rounding than the usual 0, ±1, ±2 (Barabasz and others 2020 look for such points).
//
// `edge`, 2 or 4, is a constant wherever a function is inlined: the outputs along a tile's side.

// Memory for transformed tiles on the stack, so that no kernel allocates. Larger work is divided.
#define WINOGRAD_BYTES (384 * 1024)
#define LARGEST_EDGE 4
#define LARGEST_SIDE (LARGEST_EDGE + 2)
#define NEAR_POINT 0.70710678118654752440  // √½
#define FAR_POINT 1.41421356237309504880   // √2

ALWAYS_INLINE int side_of(int edge) { return edge + 2; }
ALWAYS_INLINE int places_of(int edge) { return side_of(edge) * side_of(edge); }

// A row or column of inputs, transformed. A vector and not a block at a time: what a line takes then
// fits into registers.
ALWAYS_INLINE void transform_input_line(const int edge, const vector d[LARGEST_SIDE],
                                        vector out[LARGEST_SIDE]) {
  if (edge == 2) {
    out[0] = d[0] - d[2];
    out[1] = d[1] + d[2];
    out[2] = d[2] - d[1];
    out[3] = d[1] - d[3];
  } else {
    const vector near_even = d[4] - d[2] * 2.0f, far_even = d[4] - d[2] * 0.5f;
    const vector near_odd = (d[3] - d[1] * 2.0f) * (float)NEAR_POINT;
    const vector far_odd = (d[3] - d[1] * 0.5f) * (float)FAR_POINT;
    out[0] = d[0] + d[4] - d[2] * 2.5f;
    out[1] = near_even + near_odd;
    out[2] = near_even - near_odd;
    out[3] = far_even + far_odd;
    out[4] = far_even - far_odd;
    out[5] = d[1] + d[5] - d[3] * 2.5f;
  }
}

// The outputs of a row or column of sums.
ALWAYS_INLINE void transform_sum_line(const int edge, const vector m[LARGEST_SIDE],
                                      vector out[LARGEST_EDGE]) {
  if (edge == 2) {
    out[0] = m[0] + m[1] + m[2];
    out[1] = m[1] - m[2] - m[3];
  } else {
    const vector near_even = m[1] + m[2], far_even = m[3] + m[4];
    const vector near_odd = (m[1] - m[2]) * (float)NEAR_POINT;
    const vector far_odd = (m[3] - m[4]) * (float)FAR_POINT;
    out[0] = m[0] + near_even + far_even;
    out[1] = near_odd + far_odd;
    out[2] = near_even * 0.5f + far_even * 2.0f;
    out[3] = m[5] + near_odd * 0.5f + far_odd * 2.0f;
  }
}

// The weights of one block of outputs, in double precision: they are transformed once and used for
// ever.
typedef double wide_block __attribute__((ext_vector_type(HANGTAG_BLOCK)));

// A row or column of three weights, transformed.
ALWAYS_INLINE void transform_weight_line(const int edge, const wide_block g[3],
                                         wide_block out[LARGEST_SIDE]) {
  out[0] = g[0];
  out[side_of(edge) - 1] = g[2];
  if (edge == 2) {
    out[1] = (g[0] + g[1] + g[2]) / 2;
    out[2] = (g[0] - g[1] + g[2]) / 2;
  } else {
    const wide_block near_even = (g[0] + g[2] / 2) / -1.5, near_odd = g[1] * (NEAR_POINT / -1.5);
    const wide_block far_even = (g[0] + g[2] * 2) / 6, far_odd = g[1] * (FAR_POINT / 6);
    out[1] = near_even + near_odd;
    out[2] = near_even - near_odd;
    out[3] = far_even + far_odd;
    out[4] = far_even - far_odd;
  }
}

// The kernels from one input to up to 16 outputs, into a block a place.
ALWAYS_INLINE void pack_kernels(const int edge, const float *plain, wide_block scale, int outputs,
                                ptrdiff_t output_distance, float *packed, ptrdiff_t place) {
  const int side = side_of(edge);
  wide_block rows[LARGEST_SIDE][3];  // transformed along x, a column each
  for (int y = 0; y < 3; y++) {
    // Through memory: to set a vector's elements one by one takes several times as long.
    float gathered[3][HANGTAG_BLOCK] = {0};
    for (int o = 0; o < outputs; o++) {
      for (int x = 0; x < 3; x++) gathered[x][o] = plain[o * output_distance + y * 3 + x];
    }
    wide_block g[3], row[LARGEST_SIDE];
    for (int x = 0; x < 3; x++) {
      g[x] = __builtin_convertvector(load_block(gathered[x]), wide_block) * scale;
    }
    transform_weight_line(edge, g, row);
    for (int x = 0; x < side; x++) rows[x][y] = row[x];
  }
  for (int x = 0; x < side; x++) {
    wide_block column[LARGEST_SIDE];
    transform_weight_line(edge, rows[x], column);
    for (int y = 0; y < side; y++) {
      store_block(packed + (y * side + x) * place, __builtin_convertvector(column[y], block));
    }
  }
}

// Each place is packed as the weights of a 1 x 1 convolution, one place after the other.
ALWAYS_INLINE void pack_places(const int edge, const hangtag_weights *w, const float *plain,
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
  if (edge == 2) pack_places(2, w, plain, scale, packed);
  if (edge == 4) pack_places(4, w, plain, scale, packed);
}

// Some tiles that go through all stages together: numbers first..<first + count of all tiles of all
// images, row by row.
typedef struct {
  int columns, rows;  // of tiles in an image
  int first, count;
  ptrdiff_t place;  // the distance between two places' numbers
} tile_group;

// Where a tile of the group begins.
typedef struct {
  int image, y, x;
} tile_place;

ALWAYS_INLINE tile_place place_of(const int edge, const tile_group *g, int tile) {
  const int number = g->first + tile, an_image = g->columns * g->rows;
  const int within = number % an_image;
  return (tile_place){
      number / an_image, within / g->columns * edge, within % g->columns * edge};
}

// LANES channels of one tile of inputs, [y][x], to the places. What lies beyond `rows` and `columns`,
// where the outputs are no whole number of tiles, counts as zero.
ALWAYS_INLINE void transform_input_tile(const int edge, const float *in, ptrdiff_t in_row,
                                        ptrdiff_t in_pixel, int rows, int columns, float *out,
                                        ptrdiff_t place) {
  const int side = side_of(edge);
  vector transformed[LARGEST_SIDE][LARGEST_SIDE];  // along y, a column each
  UNROLLED for (int x = 0; x < side; x++) {
    vector d[LARGEST_SIDE];
    UNROLLED for (int y = 0; y < side; y++) {
      d[y] = y < rows && x < columns ? load(in + y * in_row + x * in_pixel) : (vector)(0);
    }
    transform_input_line(edge, d, transformed[x]);
  }
  UNROLLED for (int y = 0; y < side; y++) {
    vector d[LARGEST_SIDE], row[LARGEST_SIDE];
    UNROLLED for (int x = 0; x < side; x++) d[x] = transformed[x][y];
    transform_input_line(edge, d, row);
    UNROLLED for (int x = 0; x < side; x++) store(out + (y * side + x) * place, row[x]);
  }
}

// [place][input block][tile][16 channels]. `input` begins at the padding.
ALWAYS_INLINE void transform_inputs(const int edge, const hangtag_convolution *c,
                                    hangtag_map input, const tile_group *g, float *target) {
  const int side = side_of(edge), blocks = block_count(c->input_channels);
  const int height = c->output.height + 2, width = c->output.width + 2;
  for (int tile = 0; tile < g->count; tile++) {
    const tile_place at = place_of(edge, g, tile);
    const int rows = height - at.y < side ? height - at.y : side;
    const int columns = width - at.x < side ? width - at.x : side;
    for (int lane = 0; lane < blocks * HANGTAG_BLOCK; lane += LANES) {
      const int b = lane / HANGTAG_BLOCK, within = lane % HANGTAG_BLOCK;
      const float *in = row_of(input, at.image, b, at.y) + at.x * input.pixel + within;
      float *out = target + ((ptrdiff_t)b * g->count + tile) * HANGTAG_BLOCK + within;
      if (rows == side && columns == side) {  // no questions at each pixel
        transform_input_tile(edge, in, input.row, input.pixel, side, side, out, g->place);
      } else {
        transform_input_tile(edge, in, input.row, input.pixel, rows, columns, out, g->place);
      }
    }
  }
}

// LANES channels of one tile of outputs, [y][x], from the places' sums; `rows` and `columns` of them
// are stored. `addend` is the epilogue's at the tile's first pixel, or NULL.
ALWAYS_INLINE void transform_sum_tile(const int edge, const float *in, ptrdiff_t place, vector bias,
                                      const hangtag_epilogue *e, const float *addend, float *out,
                                      ptrdiff_t out_row, ptrdiff_t out_pixel, int rows,
                                      int columns) {
  const int side = side_of(edge);
  vector transformed[LARGEST_SIDE][LARGEST_EDGE];  // along y, a column each
  UNROLLED for (int x = 0; x < side; x++) {
    vector m[LARGEST_SIDE];
    UNROLLED for (int y = 0; y < side; y++) m[y] = load(in + (y * side + x) * place);
    transform_sum_line(edge, m, transformed[x]);
  }
  for (int y = 0; y < edge && y < rows; y++) {
    vector m[LARGEST_SIDE], v[LARGEST_EDGE];
    UNROLLED for (int x = 0; x < side; x++) m[x] = transformed[x][y];
    transform_sum_line(edge, m, v);
    UNROLLED for (int x = 0; x < edge; x++) v[x] += bias;
    if (e->relu) {
      UNROLLED for (int x = 0; x < edge; x++) v[x] = vector_max(v[x], (vector)(0));
    }
    if (addend) {
      UNROLLED for (int x = 0; x < edge; x++) {
        if (x < columns) v[x] += load(addend + y * e->addend.row + x * e->addend.pixel);
      }
    }
    if (e->relu_after_add) {
      UNROLLED for (int x = 0; x < edge; x++) v[x] = vector_max(v[x], (vector)(0));
    }
    UNROLLED for (int x = 0; x < edge; x++) {
      if (x < columns) store(out + y * out_row + x * out_pixel, v[x]);
    }
  }
}

// The outputs of each tile from its sums, [place][output block][tile][16 channels].
ALWAYS_INLINE void transform_outputs(const int edge, const hangtag_convolution *c,
                                     const hangtag_epilogue *e, const float *sums,
                                     const tile_group *g, hangtag_map output) {
  const int blocks = block_count(c->output.channels);
  for (int tile = 0; tile < g->count; tile++) {
    const tile_place at = place_of(edge, g, tile);
    const int rows = c->output.height - at.y, columns = c->output.width - at.x;
    for (int lane = 0; lane < blocks * HANGTAG_BLOCK; lane += LANES) {
      const int b = lane / HANGTAG_BLOCK, within = lane % HANGTAG_BLOCK;
      const float *in = sums + ((ptrdiff_t)b * g->count + tile) * HANGTAG_BLOCK + within;
      const vector bias = e->bias ? load(e->bias + lane) : (vector)(0);
      const float *addend = e->addend.data ? row_of(e->addend, at.image, b, at.y) +
                                                 at.x * e->addend.pixel + within
                                           : NULL;
      float *out = row_of(output, at.image, b, at.y) + at.x * output.pixel + within;
      if (rows >= edge && columns >= edge) {
        transform_sum_tile(edge, in, g->place, bias, e, addend, out, output.row, output.pixel, edge,
                           edge);
      } else {
        transform_sum_tile(edge, in, g->place, bias, e, addend, out, output.row, output.pixel, rows,
                           columns);
      }
    }
  }
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

ALWAYS_INLINE void convolve_tiles(const int edge, const hangtag_convolution *c, hangtag_map input,
                                  const float *weights, const hangtag_epilogue *epilogue,
                                  hangtag_map output) {
  const int inputs = block_count(c->input_channels) * HANGTAG_BLOCK;
  const int outputs = block_count(c->output.channels) * HANGTAG_BLOCK;
  const int channels = inputs > outputs ? inputs : outputs;
  const int places = places_of(edge);
  const int tile_bytes = (places + 1) * channels * (int)sizeof(float);
  tile_group group = {
      .columns = (c->output.width + edge - 1) / edge, .rows = (c->output.height + edge - 1) / edge};
  const int tiles = c->output.images * group.columns * group.rows;
  // Equal groups rather than full ones and a small rest; whole register tiles where they fit.
  const int most = WINOGRAD_BYTES / tile_bytes > 1 ? WINOGRAD_BYTES / tile_bytes : 1;
  const int groups = (tiles + most - 1) / most;
  const int share = (tiles + groups - 1) / groups;
  const int whole = (share + TILE_PIXELS - 1) / TILE_PIXELS * TILE_PIXELS;
  const int capacity = whole <= most ? whole : share;
  // A place's sums take the memory of the transformed inputs of the place before, which are needed no
  // more: twice as many tiles fit, and use each weight that is fetched.
  float memory[(places + 1) * place_distance(capacity, channels)] __attribute__((aligned(64)));
  input.data -= c->padding_height * input.row + c->padding_width * input.pixel;

  for (group.first = 0; group.first < tiles; group.first += group.count) {
    group.count = group.first + capacity < tiles ? capacity : tiles - group.first;
    group.place = place_distance(group.count, channels);
    float *sums = memory, *transformed = memory + group.place;
    transform_inputs(edge, c, input, &group, transformed);
    const hangtag_convolution product = {
        .output = {1, c->output.channels, 1, group.count}, .input_channels = c->input_channels,
        .kernel_height = 1, .kernel_width = 1,
    };
    const hangtag_epilogue none = {0};
    for (int p = 0; p < places; p++) {
      convolve(&product, tile_map(transformed + p * group.place, group.count),
               weights + (ptrdiff_t)p * inputs * outputs, &none,
               tile_map(sums + p * group.place, group.count));
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
