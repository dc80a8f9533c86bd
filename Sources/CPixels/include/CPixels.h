#pragma once

// Loops over the pixels of a reduced picture and over samples of it, for the preprocessing. Compiled
// for several instruction sets, the best chosen when the program starts. Every operation is an
// addition, multiplication or division in a fixed order, and none is contracted, so that each
// machine gets the same result to the last bit.

#include <stddef.h>
#include <stdint.h>

/// The background along one row: constant + (linear + quadratic u) u for red, green and blue, brought
/// to 0 to 255, with u = (2 x + offset) scale - 1 at pixel x.
typedef struct {
  float constant[3], linear[3], quadratic[3];
  float offset, scale;
} pixels_background;

/// Compares one row of RGB pixels with the background. Each pixel whose mean square distance over
/// the channels is more than `narrow` adds 1 to its column in `narrow_columns` and to
/// `narrow_count`; likewise `wide`, which is not less than `narrow`.
void pixels_count_beyond(
  const uint8_t *rgb, size_t count, const pixels_background *background, float narrow, float wide,
  int32_t *narrow_columns, int32_t *wide_columns, int32_t *narrow_count, int32_t *wide_count);

/// The distance of each pixel's luma (Rec. 601) from the background's, as a share of the way from
/// there to black or white, whichever is further, in levels of 255. `cut` levels are taken off, and
/// what remains is stretched to reach 255.
void pixels_deviations(
  const uint8_t *rgb, size_t count, const pixels_background *background, float cut,
  float *deviations);

/// Samples of a picture: their places, -1 to 1 across it, and their colours, 0 to 255. An array each.
typedef struct {
  const float *u, *v;
  const float *red, *green, *blue;
} pixels_samples;

/// Sums over samples are kept in parts, so many at most, whose order is the same everywhere: the number
/// of samples must be a multiple of this.
#define PIXELS_LANES 16

/// The mean square distance over the channels of each sample from a surface: for each channel
/// c0 + c1 u + c2 v + c3 u² + c4 v² + c5 uv, with the six coefficients of red, then of green and blue.
void pixels_distances(
  const pixels_samples *samples, size_t count, const float coefficients[18], float *distances);

/// How many votes the samples give to a colour: one 1 where its mean square distance over the
/// channels is 0, less the further it is, 0 from `limit` on.
float pixels_votes(
  const pixels_samples *samples, size_t count, const float colour[3], float limit);

/// The powers of u and v, by their products' degree: 1; u, v; u², uv, v²; u³, u²v, uv², v³; u⁴, u³v,
/// u²v², uv³, v⁴.
#define PIXELS_MOMENTS 15
/// The terms of a surface, as in `pixels_distances`.
#define PIXELS_TERMS 6

/// What a weighted least-squares fit of a surface of `terms` terms (1, 3 or 6) needs to know of samples.
/// Those whose mean square distance is below `limit` have the weight (1 - distance / limit)².
///
/// `moments` takes the sums of weight times each product of powers, `differences` those of weight times
/// each term times the difference from `colour`: six of red, then of green and blue. What further terms
/// would need is 0.
void pixels_sum_samples(
  const pixels_samples *samples, size_t count, const float *distances, float limit,
  const float colour[3], int terms, double moments[PIXELS_MOMENTS],
  double differences[3 * PIXELS_TERMS]);

/// Rows that are best summed together.
#define PIXELS_ROWS 4

/// Sums each row's `count` values into `cell_count` cells, dealt out by the exact area they share (box
/// filter): each value has `cell_count` units, and each cell takes `count` of them. `values` holds
/// `rows` * `count`, `cells` takes `rows` * `cell_count`; a row's sums do not depend on the others.
void pixels_sum_cells(
  const float *values, size_t rows, size_t count, float *cells, size_t cell_count);
