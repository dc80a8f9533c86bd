// Winograd's filtering: what happens to a tile of inputs before its channels are summed, and to its
// sums after that.
//
// Toom and Cook's method evaluates at as many points as there are places in a row: 0, 1, -1 and
// infinity for the small tile; 0, ±√½, ±√2 and infinity for the large one, which loses less to
// rounding than the usual 0, ±1, ±2 (Barabasz and others 2020 look for such points).
//
// `edge`, 2 or 4, is a constant wherever a function is inlined: the outputs along a tile's side.

#define LARGEST_EDGE 4
#define LARGEST_SIDE (LARGEST_EDGE + 2)
#define NEAR_POINT 0.70710678118654752440  // √½
#define FAR_POINT 1.41421356237309504880   // √2

ALWAYS_INLINE int side_of(int edge) { return edge + 2; }

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

// The outputs of a row or column of sums, with the factors that `transform_weight_line` leaves out.
ALWAYS_INLINE void transform_sum_line(const int edge, const vector m[LARGEST_SIDE],
                                      vector out[LARGEST_EDGE]) {
  const vector near_even = m[1] + m[2];
  if (edge == 2) {
    out[0] = m[0] + near_even * 0.5f;
    out[1] = (m[1] - m[2]) * 0.5f - m[3];
  } else {
    const vector far_even = m[3] + m[4];
    const vector near_odd = (m[1] - m[2]) * (float)(-2 * NEAR_POINT / 3);
    const vector far_odd = (m[3] - m[4]) * (float)(FAR_POINT / 3);
    out[0] = m[0] - near_even * (float)(2.0 / 3) + far_even * (float)(1.0 / 3);
    out[1] = near_odd + far_odd;
    out[2] = far_even * (float)(2.0 / 3) - near_even * (float)(1.0 / 3);
    out[3] = m[5] + near_odd * 0.5f + far_odd * 2.0f;
  }
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

// LANES channels of one tile of inputs, [y][x], to the places, [x][y]. What lies beyond `rows` and `columns`,
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
    UNROLLED for (int x = 0; x < side; x++) store(out + (x * side + y) * place, row[x]);
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
    UNROLLED for (int y = 0; y < side; y++) m[y] = load(in + (x * side + y) * place);
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
