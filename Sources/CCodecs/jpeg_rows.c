#include "jpeg_rows.h"

#include "jpeg_failures.h"

enum { ROWS_AT_ONCE = 8 };

/// Adobe's programs store CMYK inverted, 255 for no ink, and say so by their marker.
static void cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, size_t count, bool is_inverted) {
  uint8_t flip = is_inverted ? 0 : 255;
  for (size_t i = 0; i < count; i++) {
    unsigned key = cmyk[4 * i + 3] ^ flip;
    for (size_t c = 0; c < 3; c++) {
      unsigned product = (cmyk[4 * i + c] ^ flip) * key + 128;
      rgb[3 * i + c] = (uint8_t)((product + (product >> 8)) >> 8);
    }
  }
}

/// Rows that are already what is wanted go straight into the picture.
static void read_in_place(j_decompress_ptr info, decode_guard *guard, uint8_t *rgb) {
  size_t stride = (size_t)info->output_width * 3;
  while (info->output_scanline < info->output_height) {
    JSAMPROW rows[ROWS_AT_ONCE];
    JDIMENSION left = info->output_height - info->output_scanline;
    JDIMENSION count = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
    for (JDIMENSION i = 0; i < count; i++) rows[i] = rgb + (info->output_scanline + i) * stride;
    jpeg_read_scanlines(info, rows, count);
    decode_guard_check_time(guard);
  }
}

/// CMYK becomes RGB and what is larger than wanted is averaged, row by row.
static void read_averaged(
  j_decompress_ptr info, area_average *average, scratch_buffer *buffer, decode_guard *guard,
  uint8_t *rgb) {
  decode_guard_require_memory(
    guard, scratch_buffer_reserve(buffer, (size_t)info->output_width * 4));
  decode_guard_require_memory(guard, area_average_begin(average));
  while (info->output_scanline < info->output_height) {
    uint32_t y = info->output_scanline;
    JSAMPROW row = buffer->bytes;
    jpeg_read_scanlines(info, &row, 1);
    if (info->out_color_space == JCS_CMYK) {
      // In place: three bytes are written behind the four that were read.
      cmyk_to_rgb(row, row, info->output_width, info->saw_Adobe_marker);
    }
    area_average_add(average, row, info->output_width, y, 0, 1);
    area_average_finish_row(average, y, rgb);
    decode_guard_check_time(guard);
  }
}

void jpeg_rows_read(
  j_decompress_ptr info, area_average *average, scratch_buffer *buffer, uint8_t *rgb) {
  decode_guard *guard = jpeg_failures_guard(info);
  if (info->out_color_space == JCS_RGB && average->factor == 1) {
    read_in_place(info, guard, rgb);
  } else {
    read_averaged(info, average, buffer, guard, rgb);
  }
}
