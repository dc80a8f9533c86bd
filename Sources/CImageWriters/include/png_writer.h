#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t width, height;
  /// 1, 2, 4, 8 or 16.
  int bit_depth;
  /// The PNG standard's number: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA.
  int colour_type;
  bool is_interlaced;
  /// RGB triples; palette pictures only.
  const uint8_t *palette;
  size_t palette_count;
  /// The tRNS chunk as it stands in the file: alphas of a palette's first entries, or one gray or
  /// RGB colour of 16-bit samples. NULL: none.
  const uint8_t *transparency;
  size_t transparency_count;
} png_writer_options;

/// Writes a PNG into a new buffer that the caller frees with free(). `rows` holds height rows as
/// they stand in the file before filtering: packed, 16-bit samples big-endian, each row beginning
/// at a byte. False when libpng refuses.
bool png_writer_write(
  const uint8_t *rows, const png_writer_options *options, uint8_t **bytes, size_t *count);
