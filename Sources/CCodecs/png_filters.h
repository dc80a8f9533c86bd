#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Undoes the filters of PNG's scanlines (PNG standard, chapter 9) of pixels of 3 or 4 bytes, in
/// place of libpng, whose loops go byte by byte: for photographs they take as long as inflating.
///
/// A scanline is its filter's number and then `count` bytes. 4 bytes behind it must be readable,
/// and 4 behind `out`, writable: pixels are read and written as 4 bytes.

enum { PNG_FILTER_MARGIN = 4 };

/// `above` is the row before it, or zeros. False when there is no such filter.
bool png_filters_undo(
  int pixel_bytes, const uint8_t *scanline, const uint8_t *above, uint8_t *out, size_t count);

/// Two scanlines that follow each other, faster than one by one.
bool png_filters_undo_two(
  int pixel_bytes, const uint8_t *scanline, const uint8_t *above, uint8_t *first, uint8_t *second,
  size_t count);
