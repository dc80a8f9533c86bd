#include "CPixels.h"

#include <math.h>
#include <string.h>

// A fused multiply-add rounds once where two operations round twice.
#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)
#define PER_INSTRUCTION_SET \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PER_INSTRUCTION_SET
#endif

static inline float within_range(float level) {
  level = level > 255.0f ? 255.0f : level;
  return level < 0.0f ? 0.0f : level;
}

static inline __attribute__((always_inline)) float ground(
  const pixels_background *background, int channel, float u) {
  return within_range(
    background->constant[channel] +
    (background->linear[channel] + background->quadratic[channel] * u) * u);
}

PER_INSTRUCTION_SET void pixels_count_beyond(
  const uint8_t *rgb, size_t count, const pixels_background *background, float narrow, float wide,
  int32_t *narrow_columns, int32_t *wide_columns, int32_t *narrow_count, int32_t *wide_count) {
  const pixels_background ground_row = *background;
  int32_t narrow_sum = 0, wide_sum = 0;
  for (size_t x = 0; x < count; x++) {
    float u = ((float)(2 * (int32_t)x) + ground_row.offset) * ground_row.scale - 1.0f;
    float red = (float)rgb[3 * x] - ground(&ground_row, 0, u);
    float green = (float)rgb[3 * x + 1] - ground(&ground_row, 1, u);
    float blue = (float)rgb[3 * x + 2] - ground(&ground_row, 2, u);
    float distance = (red * red + green * green + blue * blue) / 3.0f;
    int32_t is_beyond = distance > narrow, is_far_beyond = distance > wide;
    narrow_columns[x] += is_beyond;
    wide_columns[x] += is_far_beyond;
    narrow_sum += is_beyond;
    wide_sum += is_far_beyond;
  }
  *narrow_count += narrow_sum;
  *wide_count += wide_sum;
}

static inline __attribute__((always_inline)) float luma(float red, float green, float blue) {
  return red * 0.299f + green * 0.587f + blue * 0.114f;
}

PER_INSTRUCTION_SET void pixels_deviations(
  const uint8_t *rgb, size_t count, const pixels_background *background, float cut,
  float *deviations) {
  const pixels_background ground_row = *background;
  float gain = 255.0f / (255.0f - cut);
  for (size_t x = 0; x < count; x++) {
    float u = ((float)(2 * (int32_t)x) + ground_row.offset) * ground_row.scale - 1.0f;
    float expected =
      luma(ground(&ground_row, 0, u), ground(&ground_row, 1, u), ground(&ground_row, 2, u));
    float seen = luma((float)rgb[3 * x], (float)rgb[3 * x + 1], (float)rgb[3 * x + 2]);
    float to_white = 255.0f - expected;
    float reach = expected > to_white ? expected : to_white;
    float rest = fabsf(expected - seen) * 255.0f / reach - cut;
    deviations[x] = (rest > 0.0f ? rest : 0.0f) * gain;
  }
}

static inline __attribute__((always_inline)) float surface(const float *c, float u, float v) {
  float flat = c[0] + c[1] * u + c[2] * v;
  return flat + c[3] * (u * u) + c[4] * (v * v) + c[5] * (u * v);
}

PER_INSTRUCTION_SET void pixels_distances(
  const pixels_samples *samples, size_t count, const float coefficients[18], float *distances) {
  const pixels_samples from = *samples;
  for (size_t i = 0; i < count; i++) {
    float u = from.u[i], v = from.v[i];
    float red = from.red[i] - surface(coefficients, u, v);
    float green = from.green[i] - surface(coefficients + 6, u, v);
    float blue = from.blue[i] - surface(coefficients + 12, u, v);
    distances[i] = (red * red + green * green + blue * blue) / 3.0f;
  }
}

PER_INSTRUCTION_SET float pixels_votes(
  const pixels_samples *samples, size_t count, const float colour[3], float limit) {
  const pixels_samples from = *samples;
  float votes[PIXELS_LANES] = {0};
  for (size_t first = 0; first < count; first += PIXELS_LANES) {
    for (int lane = 0; lane < PIXELS_LANES; lane++) {
      size_t i = first + lane;
      float red = from.red[i] - colour[0];
      float green = from.green[i] - colour[1];
      float blue = from.blue[i] - colour[2];
      float vote = 1.0f - (red * red + green * green + blue * blue) / (3.0f * limit);
      votes[lane] += vote > 0.0f ? vote : 0.0f;
    }
  }
  float sum = 0;
  for (int lane = 0; lane < PIXELS_LANES; lane++) sum += votes[lane];
  return sum;
}

// Four doubles fill a register of AVX2. Fixed, so that the order of the sums is the same everywhere.
#define WIDE_LANES 4
typedef float four_floats __attribute__((ext_vector_type(WIDE_LANES)));
typedef double four_doubles __attribute__((ext_vector_type(WIDE_LANES)));

// Through pointers: how a vector is passed depends on the instruction set.
static inline __attribute__((always_inline)) void load_four(
  const float *values, four_doubles *wide) {
  four_floats four;
  memcpy(&four, values, sizeof four);
  *wide = __builtin_convertvector(four, four_doubles);
}

// All products of powers up to `degree`, a constant here, in the order of the moments, from the first
// three: 1, u and v.
static inline __attribute__((always_inline)) void multiply_powers(
  const int degree, four_doubles products[PIXELS_MOMENTS]) {
  for (int d = 2, before = 1; d <= degree; before += d++) {
    for (int i = 0; i < d; i++) products[before + d + i] = products[before + i] * products[1];
    products[before + 2 * d] = products[before + d - 1] * products[2];
  }
}

// `terms` is a constant wherever this is inlined.
static inline __attribute__((always_inline)) void sum_samples(
  const int terms, const pixels_samples *samples, size_t count, const float *distances,
  float limit, const float colour[3], double *moments, double *differences) {
  // A surface of so many terms has this degree; the products of two terms have twice that.
  const int degree = terms == 1 ? 0 : terms == 3 ? 1 : 2;
  const int products_count = (2 * degree + 1) * (2 * degree + 2) / 2;
  // Where the terms u² v² uv are among the products of powers.
  static const int places[PIXELS_TERMS] = {0, 1, 2, 3, 5, 4};
  const pixels_samples from = *samples;
  const float *channels[3] = {from.red, from.green, from.blue};
  four_doubles by_product[PIXELS_MOMENTS] = {0}, by_term[3][PIXELS_TERMS] = {0};
  for (size_t i = 0; i < count; i += WIDE_LANES) {
    four_doubles products[PIXELS_MOMENTS];
    products[0] = 1;
    load_four(from.u + i, &products[1]);
    load_four(from.v + i, &products[2]);
    multiply_powers(2 * degree, products);
    float weights[WIDE_LANES];
    for (int lane = 0; lane < WIDE_LANES; lane++) {
      float agreement = 1.0f - distances[i + lane] / limit;
      weights[lane] = agreement > 0.0f ? agreement * agreement : 0.0f;
    }
    four_doubles weight, difference;
    load_four(weights, &weight);
    for (int p = 0; p < products_count; p++) {
      products[p] *= weight;
      by_product[p] += products[p];
    }
    for (int c = 0; c < 3; c++) {
      load_four(channels[c] + i, &difference);
      difference -= colour[c];
      for (int t = 0; t < terms; t++) by_term[c][t] += products[places[t]] * difference;
    }
  }
  for (int p = 0; p < PIXELS_MOMENTS; p++) moments[p] = 0;
  for (int t = 0; t < 3 * PIXELS_TERMS; t++) differences[t] = 0;
  for (int lane = 0; lane < WIDE_LANES; lane++) {
    for (int p = 0; p < products_count; p++) moments[p] += by_product[p][lane];
    for (int c = 0; c < 3; c++) {
      for (int t = 0; t < terms; t++) differences[c * PIXELS_TERMS + t] += by_term[c][t][lane];
    }
  }
}

PER_INSTRUCTION_SET void pixels_sum_samples(
  const pixels_samples *samples, size_t count, const float *distances, float limit,
  const float colour[3], int terms, double *moments, double *differences) {
#define SUM_SAMPLES(terms) \
  sum_samples(terms, samples, count, distances, limit, colour, moments, differences)
  if (terms == 1) {
    SUM_SAMPLES(1);
  } else if (terms == 3) {
    SUM_SAMPLES(3);
  } else {
    SUM_SAMPLES(6);
  }
}

// `rows` is a constant wherever this is inlined. Each row's sum waits for its last addition; several
// rows do not wait for each other.
static inline __attribute__((always_inline)) void sum_cells(
  const int rows, const float *values, size_t count, float *cells, size_t cell_count) {
  size_t cell = 0, left = count;
  float sums[PIXELS_ROWS] = {0};
  for (size_t i = 0; i < count; i++) {
    size_t rest = cell_count;
    while (left <= rest) {
      // This value fills the cell.
      float share = (float)left;
      for (int row = 0; row < rows; row++) {
        cells[row * cell_count + cell] = sums[row] + share * values[row * count + i];
        sums[row] = 0;
      }
      cell++;
      rest -= left;
      left = count;
    }
    if (rest > 0) {
      float share = (float)rest;
      for (int row = 0; row < rows; row++) sums[row] += share * values[row * count + i];
    }
    left -= rest;
  }
}

void pixels_sum_cells(
  const float *values, size_t rows, size_t count, float *cells, size_t cell_count) {
  if (rows == PIXELS_ROWS) {
    sum_cells(PIXELS_ROWS, values, count, cells, cell_count);
    return;
  }
  for (size_t row = 0; row < rows; row++) {
    sum_cells(1, values + row * count, count, cells + row * cell_count, cell_count);
  }
}
