#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scratch_buffer.h"

/// Shrinks an RGB picture by an integer factor while it streams: each output pixel is the mean of
/// the factor x factor pixels below it (fewer at the right and bottom edge). Rows come in order,
/// or, for Adam7, as passes of sparse rows; then the sums of the whole reduced picture are kept.
typedef struct {
  uint32_t full_width, full_height;
  uint32_t factor;
  /// Of the reduced picture.
  uint32_t width, height;
  /// One reduced row of sums, or all of them; 3 to a pixel. A cell holds at most 2^24 pixels, see
  /// `area_average_plan`, so that 32 bits suffice.
  scratch_buffer sums;
  bool keeps_all_rows;
} area_average;

/// The largest factor that leaves at least `minimum_edge` pixels on the longer edge; at least 1.
uint32_t area_average_factor(uint32_t width, uint32_t height, uint32_t minimum_edge);

/// Sets sizes and factor. False when a cell would hold too many pixels for its sums.
bool area_average_plan(
  area_average *average, uint32_t full_width, uint32_t full_height, uint32_t factor,
  bool keeps_all_rows);

/// Bytes of sums that the plan needs.
size_t area_average_memory(const area_average *average);

/// Allocates (or reuses) the sums and clears them. False when memory is out.
bool area_average_begin(area_average *average);

/// Adds `count` RGB pixels of row `y` that lie at the columns x_start, x_start + x_step...; x_step is a
/// power of two.
void area_average_add(
  area_average *average, const uint8_t *rgb, uint32_t count, uint32_t y, uint32_t x_start,
  uint32_t x_step);

/// After row `y`, rows in order: writes the reduced row into the picture `rgb` if `y` completes it.
void area_average_finish_row(area_average *average, uint32_t y, uint8_t *rgb);

/// After the last pass: writes every reduced row.
void area_average_finish_all(area_average *average, uint8_t *rgb);

void area_average_free(area_average *average);
