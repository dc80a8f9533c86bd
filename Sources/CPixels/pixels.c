#include "CPixels.h"

#include <math.h>

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
