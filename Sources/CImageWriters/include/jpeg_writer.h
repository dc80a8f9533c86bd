#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How the samples are stored. The pixels handed in are gray, RGB, or (for the last two) CMYK as it
/// stands in the file; only the Y transforms are computed here.
typedef enum {
  JPEG_WRITER_GRAY,
  JPEG_WRITER_RGB,
  JPEG_WRITER_YCBCR,
  JPEG_WRITER_CMYK,
  JPEG_WRITER_YCCK,
} jpeg_writer_colours;

typedef struct {
  uint32_t width, height;
  jpeg_writer_colours colours;
  /// 1 to 100.
  int quality;
  bool is_progressive;
  /// A scan for each component instead of one for all; where it is progressive, two for each.
  bool has_separate_scans;
  /// 1 or 2 each: chroma is stored at 1/h by 1/v of the resolution.
  int horizontal_subsampling, vertical_subsampling;
  /// MCUs between restart markers; 0: none.
  unsigned restart_interval;
} jpeg_writer_options;

/// Writes a JPEG into a new buffer that the caller frees with free(). `pixels` holds width * height
/// pixels of 1, 3 or 4 bytes, according to the colours. False when libjpeg refuses.
bool jpeg_writer_write(
  const uint8_t *pixels, const jpeg_writer_options *options, uint8_t **bytes, size_t *count);
