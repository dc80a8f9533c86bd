// Winograd's filtering: how a convolution's output is divided into tiles, what happens to a tile of
// inputs before its channels are summed, and to its sums after that.
//
// Toom and Cook's method evaluates at as many points as there are places in a row: 0, ±√½, ±√2 and,
// for four outputs, infinity. They lose less to rounding than the usual 0, ±1, ±2 (Barabasz and
// others 2020 look for such points). Three outputs take the same sums without those at infinity, so
// that a row of 7, 10, 11 or any other number from 6 on is divided without a rest.
//
// `edge`, 4 or 3, is a constant wherever a function is inlined: the outputs along a tile's side.

#define LARGEST_EDGE 4
#define LARGEST_SIDE (LARGEST_EDGE + 2)
#define AT_INFINITY (LARGEST_SIDE - 1)  // the last place's number
#define NEAR_POINT 0.70710678118654752440  // √½
#define FAR_POINT 1.41421356237309504880   // √2

ALWAYS_INLINE int side_of(int edge) { return edge + 2; }
// In an array of places, [x][y], small tiles leave out those at infinity.
ALWAYS_INLINE int place_number(int x, int y) { return x * LARGEST_SIDE + y; }

// A row or column of inputs, transformed. A vector and not a block at a time: what a line takes then
// fits into registers.
ALWAYS_INLINE void transform_input_line(const int edge, const vector d[LARGEST_SIDE],
                                        vector out[LARGEST_SIDE]) {
  const vector near_even = d[4] - d[2] * 2.0f, far_even = d[4] - d[2] * 0.5f;
  const vector near_odd = (d[3] - d[1] * 2.0f) * (float)NEAR_POINT;
  const vector far_odd = (d[3] - d[1] * 0.5f) * (float)FAR_POINT;
  out[0] = d[0] + d[4] - d[2] * 2.5f;
  out[1] = near_even + near_odd;
  out[2] = near_even - near_odd;
  out[3] = far_even + far_odd;
  out[4] = far_even - far_odd;
  if (edge == 4) out[AT_INFINITY] = d[1] + d[5] - d[3] * 2.5f;
}

// The outputs of a row or column of sums, with the factors that `transform_weight_line` leaves out.
ALWAYS_INLINE void transform_sum_line(const int edge, const vector m[LARGEST_SIDE],
                                      vector out[LARGEST_EDGE]) {
  const vector near_even = m[1] + m[2], far_even = m[3] + m[4];
  const vector near_odd = (m[1] - m[2]) * (float)(-2 * NEAR_POINT / 3);
  const vector far_odd = (m[3] - m[4]) * (float)(FAR_POINT / 3);
  out[0] = m[0] - near_even * (float)(2.0 / 3) + far_even * (float)(1.0 / 3);
  out[1] = near_odd + far_odd;
  out[2] = far_even * (float)(2.0 / 3) - near_even * (float)(1.0 / 3);
  if (edge == 4) out[3] = m[AT_INFINITY] + near_odd * 0.5f + far_odd * 2.0f;
}

// Of the tiles along one axis, first come those with four outputs, then those with three.
typedef struct {
  int fours, threes;
} tile_axis;

// The division that takes the fewest places. Of the tiles with three outputs, the last may reach
// beyond the end.
ALWAYS_INLINE tile_axis divided(int outputs) {
  tile_axis best = {(outputs + 3) / 4, 0};
  for (int threes = 1; threes <= 3; threes++) {
    const int rest = outputs - 3 * threes;
    const tile_axis other = {rest > 0 ? (rest + 3) / 4 : 0, threes};
    if (side_of(4) * other.fours + side_of(3) * other.threes <
        side_of(4) * best.fours + side_of(3) * best.threes) {
      best = other;
    }
  }
  return best;
}

// Some tiles that go through all stages together: numbers first..<first + count of all tiles of all
// images. They are numbered kind by kind, in an order in which those that have a place follow one
// another, whichever place it is.
typedef struct {
  tile_axis along_y, along_x;
  int images;
  int first, count;
  ptrdiff_t place;  // the distance between two places' numbers
} tile_group;

#define TILE_KINDS 4
ALWAYS_INLINE int edge_along_y(int kind) { return kind == 1 || kind == 2 ? 4 : 3; }
ALWAYS_INLINE int edge_along_x(int kind) { return kind <= 1 ? 4 : 3; }
ALWAYS_INLINE int tiles_along(tile_axis axis, int edge) {
  return edge == 4 ? axis.fours : axis.threes;
}

// The tiles of the kinds before this one.
ALWAYS_INLINE int tiles_before(const tile_group *g, int kind) {
  int tiles = 0;
  for (int k = 0; k < kind; k++) {
    tiles += g->images * tiles_along(g->along_y, edge_along_y(k)) *
             tiles_along(g->along_x, edge_along_x(k));
  }
  return tiles;
}

// Tiles of a group, as numbers in it.
typedef struct {
  int first, count;
} tile_range;

// Those that have a place.
ALWAYS_INLINE tile_range tiles_with(const tile_group *g, int x, int y) {
  const int start = tiles_before(g, y == AT_INFINITY ? 1 : 0) - g->first;
  const int end = tiles_before(g, x == AT_INFINITY   ? 2
                                  : y == AT_INFINITY ? 3
                                                     : TILE_KINDS) -
                  g->first;
  const int first = start > 0 ? start : 0, last = end < g->count ? end : g->count;
  return (tile_range){first, last > first ? last - first : 0};
}

// Where a tile of the group begins, and what it gives.
typedef struct {
  int image, y, x;
  int edge_y, edge_x;
} tile_place;

ALWAYS_INLINE int tile_start(tile_axis axis, int edge, int number) {
  return edge == 4 ? 4 * number : 4 * axis.fours + 3 * number;
}

ALWAYS_INLINE tile_place place_of(const tile_group *g, int tile) {
  int kind = 0;
  while (g->first + tile >= tiles_before(g, kind + 1)) kind++;
  const int edge_y = edge_along_y(kind), edge_x = edge_along_x(kind);
  const int rows = tiles_along(g->along_y, edge_y), columns = tiles_along(g->along_x, edge_x);
  const int number = g->first + tile - tiles_before(g, kind);
  const int within = number % (rows * columns);
  return (tile_place){
      number / (rows * columns), tile_start(g->along_y, edge_y, within / columns),
      tile_start(g->along_x, edge_x, within % columns), edge_y, edge_x};
}

// Runs `body(edge_y, edge_x)` with the edges of the tile as constants.
#define WITH_EDGES(tile, body)                            \
  if ((tile).edge_y == 4 && (tile).edge_x == 4) {         \
    body(4, 4);                                           \
  } else if ((tile).edge_y == 4) {                        \
    body(4, 3);                                           \
  } else if ((tile).edge_x == 4) {                        \
    body(3, 4);                                           \
  } else {                                                \
    body(3, 3);                                           \
  }

// LANES channels of one tile of inputs, [y][x], to the places. What lies beyond `rows` and `columns`,
// where the tile reaches beyond the end, counts as zero.
ALWAYS_INLINE void transform_input_tile(const int edge_y, const int edge_x, const float *in,
                                        ptrdiff_t in_row, ptrdiff_t in_pixel, int rows,
                                        int columns, float *out, ptrdiff_t place) {
  vector transformed[LARGEST_SIDE][LARGEST_SIDE];  // along y, a column each
  UNROLLED for (int x = 0; x < side_of(edge_x); x++) {
    vector d[LARGEST_SIDE];
    UNROLLED for (int y = 0; y < side_of(edge_y); y++) {
      d[y] = y < rows && x < columns ? load(in + y * in_row + x * in_pixel) : (vector)(0);
    }
    transform_input_line(edge_y, d, transformed[x]);
  }
  UNROLLED for (int y = 0; y < side_of(edge_y); y++) {
    vector d[LARGEST_SIDE], row[LARGEST_SIDE];
    UNROLLED for (int x = 0; x < side_of(edge_x); x++) d[x] = transformed[x][y];
    transform_input_line(edge_x, d, row);
    UNROLLED for (int x = 0; x < side_of(edge_x); x++) {
      store(out + place_number(x, y) * place, row[x]);
    }
  }
}

// [place][input block][tile][16 channels]. `input` begins at the padding.
ALWAYS_INLINE void transform_inputs(const hangtag_convolution *c, hangtag_map input,
                                    const tile_group *g, float *target) {
  const int blocks = block_count(c->input_channels);
  const int height = c->output.height + 2, width = c->output.width + 2;
  for (int tile = 0; tile < g->count; tile++) {
    const tile_place at = place_of(g, tile);
    const int rows = height - at.y, columns = width - at.x;
    const int is_whole = rows >= side_of(at.edge_y) && columns >= side_of(at.edge_x);
    for (int lane = 0; lane < blocks * HANGTAG_BLOCK; lane += LANES) {
      const int b = lane / HANGTAG_BLOCK, within = lane % HANGTAG_BLOCK;
      const float *in = row_of(input, at.image, b, at.y) + at.x * input.pixel + within;
      float *out = target + ((ptrdiff_t)b * g->count + tile) * HANGTAG_BLOCK + within;
#define WHOLE_INPUTS(edge_y, edge_x)                                                          \
  transform_input_tile(edge_y, edge_x, in, input.row, input.pixel, side_of(edge_y),            \
                       side_of(edge_x), out, g->place)
#define SOME_INPUTS(edge_y, edge_x)                                                           \
  transform_input_tile(edge_y, edge_x, in, input.row, input.pixel, rows, columns, out, g->place)
      if (is_whole) {  // no questions at each pixel
        WITH_EDGES(at, WHOLE_INPUTS)
      } else {
        WITH_EDGES(at, SOME_INPUTS)
      }
    }
  }
}

// Where a tile's outputs go, and what happens to them before. At the tile's first pixel.
typedef struct {
  vector bias;
  const hangtag_epilogue *epilogue;
  const float *addend;  // the epilogue's, or NULL
  float *data;
  ptrdiff_t row, pixel;
} tile_target;

// A row of outputs, from the sums transformed along y; `columns` of them are wanted.
ALWAYS_INLINE void finish_row(const int edge, vector transformed[LARGEST_SIDE][LARGEST_EDGE], int y,
                              const tile_target *t, int columns, vector out[LARGEST_EDGE]) {
  const hangtag_epilogue *e = t->epilogue;
  vector m[LARGEST_SIDE];
  UNROLLED for (int x = 0; x < side_of(edge); x++) m[x] = transformed[x][y];
  transform_sum_line(edge, m, out);
  UNROLLED for (int x = 0; x < edge; x++) out[x] += t->bias;
  if (e->relu) {
    UNROLLED for (int x = 0; x < edge; x++) out[x] = vector_max(out[x], (vector)(0));
  }
  if (t->addend) {
    UNROLLED for (int x = 0; x < edge; x++) {
      if (x < columns) out[x] += load(t->addend + y * e->addend.row + x * e->addend.pixel);
    }
  }
  if (e->relu_after_add) {
    UNROLLED for (int x = 0; x < edge; x++) out[x] = vector_max(out[x], (vector)(0));
  }
}

// LANES channels of one tile of outputs, [y][x], from the places' sums; `rows` and `columns` of them
// are stored, or the largest of each 2 x 2.
ALWAYS_INLINE void transform_sum_tile(const int edge_y, const int edge_x, const float *in,
                                      ptrdiff_t place, const tile_target *t, int rows,
                                      int columns) {
  vector transformed[LARGEST_SIDE][LARGEST_EDGE];  // along y, a column each
  UNROLLED for (int x = 0; x < side_of(edge_x); x++) {
    vector m[LARGEST_SIDE];
    UNROLLED for (int y = 0; y < side_of(edge_y); y++) m[y] = load(in + place_number(x, y) * place);
    transform_sum_line(edge_y, m, transformed[x]);
  }
  if (edge_y == 4 && edge_x == 4 && t->epilogue->pool) {
    for (int y = 0; y < 4; y += 2) {
      vector upper[LARGEST_EDGE], lower[LARGEST_EDGE];
      finish_row(4, transformed, y, t, 4, upper);
      finish_row(4, transformed, y + 1, t, 4, lower);
      UNROLLED for (int x = 0; x < 4; x += 2) {
        store(t->data + y / 2 * t->row + x / 2 * t->pixel,
              vector_max(vector_max(upper[x], upper[x + 1]), vector_max(lower[x], lower[x + 1])));
      }
    }
    return;
  }
  for (int y = 0; y < edge_y && y < rows; y++) {
    vector v[LARGEST_EDGE];
    finish_row(edge_x, transformed, y, t, columns, v);
    UNROLLED for (int x = 0; x < edge_x; x++) {
      if (x < columns) store(t->data + y * t->row + x * t->pixel, v[x]);
    }
  }
}

// The outputs of each tile from its sums, [place][output block][tile][16 channels].
ALWAYS_INLINE void transform_outputs(const hangtag_convolution *c, const hangtag_epilogue *e,
                                     const float *sums, const tile_group *g, hangtag_map output) {
  const int blocks = block_count(c->output.channels);
  const int shrinks = e->pool ? 2 : 1;
  for (int tile = 0; tile < g->count; tile++) {
    const tile_place at = place_of(g, tile);
    const int rows = c->output.height - at.y, columns = c->output.width - at.x;
    const int is_whole = rows >= at.edge_y && columns >= at.edge_x;
    for (int lane = 0; lane < blocks * HANGTAG_BLOCK; lane += LANES) {
      const int b = lane / HANGTAG_BLOCK, within = lane % HANGTAG_BLOCK;
      const float *in = sums + ((ptrdiff_t)b * g->count + tile) * HANGTAG_BLOCK + within;
      const tile_target target = {
          .bias = e->bias ? load(e->bias + lane) : (vector)(0),
          .epilogue = e,
          .addend = e->addend.data ? row_of(e->addend, at.image, b, at.y) +
                                         at.x * e->addend.pixel + within
                                   : NULL,
          .data = row_of(output, at.image, b, at.y / shrinks) + at.x / shrinks * output.pixel +
                  within,
          .row = output.row, .pixel = output.pixel,
      };
#define WHOLE_OUTPUTS(edge_y, edge_x) \
  transform_sum_tile(edge_y, edge_x, in, g->place, &target, edge_y, edge_x)
#define SOME_OUTPUTS(edge_y, edge_x) \
  transform_sum_tile(edge_y, edge_x, in, g->place, &target, rows, columns)
      if (is_whole) {
        WITH_EDGES(at, WHOLE_OUTPUTS)
      } else {
        WITH_EDGES(at, SOME_OUTPUTS)
      }
    }
  }
}
