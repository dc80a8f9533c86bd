#include "area_average.h"

#include <string.h>

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

uint32_t area_average_factor(uint32_t width, uint32_t height, uint32_t minimum_edge) {
  uint32_t factor = (width > height ? width : height) / minimum_edge;
  return factor == 0 ? 1 : factor;
}

bool area_average_plan(
  area_average *average, uint32_t full_width, uint32_t full_height, uint32_t factor,
  bool keeps_all_rows) {
  average->full_width = full_width;
  average->full_height = full_height;
  average->factor = factor;
  average->width = (uint32_t)(((uint64_t)full_width + factor - 1) / factor);
  average->height = (uint32_t)(((uint64_t)full_height + factor - 1) / factor);
  average->keeps_all_rows = keeps_all_rows;
  uint64_t cell = (uint64_t)smaller(factor, full_width) * smaller(factor, full_height);
  return cell <= 1u << 24;
}

size_t area_average_memory(const area_average *average) {
  size_t rows = average->keeps_all_rows ? average->height : 1;
  return rows * average->width * 3 * sizeof(uint32_t);
}

bool area_average_begin(area_average *average) {
  size_t count = area_average_memory(average);
  if (!scratch_buffer_reserve(&average->sums, count)) return false;
  memset(average->sums.bytes, 0, count);
  return true;
}

static uint32_t *sums_of_row(area_average *average, uint32_t reduced_y) {
  uint32_t *sums = average->sums.bytes;
  return sums + (average->keeps_all_rows ? (size_t)reduced_y * average->width * 3 : 0);
}

void area_average_add(
  area_average *average, const uint8_t *rgb, uint32_t count, uint32_t y, uint32_t x_start,
  uint32_t x_step) {
  uint32_t factor = average->factor;
  uint32_t *sum = sums_of_row(average, y / factor) + (size_t)(x_start / factor) * 3;
  uint64_t x = x_start, cell_end = (uint64_t)(x_start / factor + 1) * factor;
  // Divisions would take half of the time.
  int step_bits = __builtin_ctz(x_step);
  uint32_t done = 0;
  while (done < count) {
    for (; x >= cell_end; cell_end += factor) sum += 3;
    // The pixels up to the end of this cell.
    uint32_t run = smaller((uint32_t)((cell_end - x + x_step - 1) >> step_bits), count - done);
    uint32_t red = 0, green = 0, blue = 0;
    for (uint32_t i = 0; i < run; i++, rgb += 3) {
      red += rgb[0];
      green += rgb[1];
      blue += rgb[2];
    }
    sum[0] += red;
    sum[1] += green;
    sum[2] += blue;
    done += run;
    x += (uint64_t)run << step_bits;
  }
}

/// Writes reduced row `reduced_y` and clears its sums for the row after it.
static void write_row(area_average *average, uint32_t reduced_y, uint8_t *rgb) {
  uint32_t factor = average->factor, width = average->width;
  uint32_t *sums = sums_of_row(average, reduced_y);
  uint8_t *out = rgb + (size_t)reduced_y * width * 3;
  uint32_t rows = smaller(factor, average->full_height - reduced_y * factor);
  uint32_t last_columns = average->full_width - (width - 1) * factor;
  float inverse = 1.0f / (float)((uint64_t)rows * factor);
  float last_inverse = 1.0f / (float)((uint64_t)rows * last_columns);
  size_t inner = (size_t)(width - 1) * 3;
  for (size_t i = 0; i < inner; i++) out[i] = (uint8_t)((float)sums[i] * inverse + 0.5f);
  for (size_t i = inner; i < inner + 3; i++) {
    out[i] = (uint8_t)((float)sums[i] * last_inverse + 0.5f);
  }
  memset(sums, 0, (size_t)width * 3 * sizeof(uint32_t));
}

void area_average_finish_row(area_average *average, uint32_t y, uint8_t *rgb) {
  if ((y + 1) % average->factor == 0 || y + 1 == average->full_height) {
    write_row(average, y / average->factor, rgb);
  }
}

void area_average_finish_all(area_average *average, uint8_t *rgb) {
  for (uint32_t y = 0; y < average->height; y++) write_row(average, y, rgb);
}

void area_average_free(area_average *average) { scratch_buffer_free(&average->sums); }
