#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <isa-l/igzip_lib.h>

#include "decode_guard.h"
#include "png_filters.h"
#include "scratch_buffer.h"

/// What a PNG's IDAT chunks hold, inflated by isa-l in place of zlib: half the time for
/// photographs. All failures leave through the guard. As with libpng, every chunk's checksum counts and
/// the data's own, and data behind the picture's last row are passed over.
typedef struct {
  decode_guard *guard;
  /// The file.
  const uint8_t *bytes;
  size_t count, position;
  /// Behind the last IDAT chunk there is no more input.
  bool is_in_chunks;
  /// Inflated bytes, of which `taken` have been handed out.
  scratch_buffer window;
  size_t available, taken;
  struct inflate_state inflate;
} png_image_data;

/// `position` is where the contents of the first IDAT chunk begin, as libpng leaves it. At most `largest`
/// bytes will be taken at once.
void png_image_data_begin(
  png_image_data *data, decode_guard *guard, const uint8_t *bytes, size_t count, size_t position,
  size_t largest);

/// The next `count` bytes, valid until the next call; PNG_FILTER_MARGIN more may be read.
const uint8_t *png_image_data_take(png_image_data *data, size_t count);

/// Checks the data's checksum and every chunk to IEND.
void png_image_data_finish(png_image_data *data);

void png_image_data_free(png_image_data *data);
