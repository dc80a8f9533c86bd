#include "png_decoder.h"

#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "area_average.h"
#include "decode_guard.h"
#include "png_filters.h"
#include "png_image_data.h"
#include "scratch_buffer.h"

struct codec_png {
  decode_guard guard;
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count, position;
  uint32_t width, height;
  bool is_interlaced, has_alpha;
  area_average average;
  /// A full-size row on its way to `average`.
  scratch_buffer row;
  /// For the pictures that are read without libpng: what it would inflate, and the row above and two
  /// below it.
  png_image_data data;
  scratch_buffer rows;
};

// MARK: - What libpng calls

static void read_bytes(png_structp png, png_bytep out, size_t count) {
  codec_png *decoder = png_get_io_ptr(png);
  if (count > decoder->count - decoder->position) {
    decode_guard_fail(&decoder->guard, CODEC_TRUNCATED, "its end is missing");
  }
  memcpy(out, decoder->bytes + decoder->position, count);
  decoder->position += count;
}

static void on_error(png_structp png, png_const_charp text) {
  codec_png *decoder = png_get_error_ptr(png);
  decode_guard_fail(&decoder->guard, CODEC_CORRUPT, "%s", text);
}

/// Harmless, but for two: an unusable tRNS chunk (libpng would drop the transparency) and
/// compressed data that does not match its Adler-32 checksum, of which libpng may learn only after
/// the last row.
static void on_warning(png_structp png, png_const_charp text) {
  codec_png *decoder = png_get_error_ptr(png);
  if (strncmp(text, "tRNS", 4) == 0 || strstr(text, "incorrect data check") != NULL) {
    decode_guard_fail(&decoder->guard, CODEC_CORRUPT, "%s", text);
  }
}

// MARK: - Life

codec_png *codec_png_create(void) { return calloc(1, sizeof(codec_png)); }

void codec_png_close(codec_png *decoder) {
  // libpng cannot begin a second picture with the same object.
  if (decoder->png != NULL) png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
}

void codec_png_destroy(codec_png *decoder) {
  if (decoder == NULL) return;
  codec_png_close(decoder);
  area_average_free(&decoder->average);
  scratch_buffer_free(&decoder->row);
  scratch_buffer_free(&decoder->rows);
  png_image_data_free(&decoder->data);
  free(decoder);
}

const char *codec_png_message(const codec_png *decoder) { return decoder->guard.message; }

// MARK: - Opening

/// Text, colour profiles and the like are passed over unread: they may inflate to gigabytes and
/// change nothing here. tRNS is always read; eXIf holds the orientation.
static void choose_chunks(png_structp png) {
  static const png_byte exif[] = "eXIf";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, exif, 1);
  png_set_chunk_malloc_max(png, 1 << 20);
  png_set_chunk_cache_max(png, 16);
}

/// Every kind of PNG becomes 8-bit RGB or RGBA.
static void choose_colours(codec_png *decoder) {
  png_structp png = decoder->png;
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  decoder->has_alpha = (png_get_color_type(png, decoder->info) & PNG_COLOR_MASK_ALPHA) != 0 ||
                       png_get_valid(png, decoder->info, PNG_INFO_tRNS) != 0;
}

static void open_picture(codec_png *decoder, uint32_t minimum_edge, codec_picture *picture) {
  decode_guard *guard = &decoder->guard;
  decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, on_error, on_warning);
  decode_guard_require_memory(guard, decoder->png != NULL);
  decoder->info = png_create_info_struct(decoder->png);
  decode_guard_require_memory(guard, decoder->info != NULL);
  png_structp png = decoder->png;
  png_set_read_fn(png, decoder, read_bytes);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
  // Also where the chunk is passed over: damage may have made a nameless chunk of a tRNS.
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  choose_chunks(png);

  png_read_info(png, decoder->info);
  decoder->width = png_get_image_width(png, decoder->info);
  decoder->height = png_get_image_height(png, decoder->info);
  decoder->is_interlaced = png_get_interlace_type(png, decoder->info) == PNG_INTERLACE_ADAM7;
  decode_guard_check_pixels(guard, decoder->width, decoder->height);
  choose_colours(decoder);

  area_average *average = &decoder->average;
  uint32_t factor = area_average_factor(decoder->width, decoder->height, minimum_edge);
  if (!area_average_plan(
        average, decoder->width, decoder->height, factor, decoder->is_interlaced)) {
    decode_guard_fail(guard, CODEC_TOO_LARGE, "its edges are too long");
  }
  // libpng keeps two rows, of up to 8 bytes a pixel before they are scaled; one more is ours. Without
  // libpng there are two scanlines, three rows and one over white, of up to 4 bytes a pixel.
  decode_guard_check_memory(guard, decoder->width * 24ull + area_average_memory(average));
  *picture = (codec_picture){
    .full_width = decoder->width,
    .full_height = decoder->height,
    .width = average->width,
    .height = average->height,
  };
  png_bytep exif = NULL;
  png_uint_32 exif_count = 0;
  if (png_get_eXIf_1(png, decoder->info, &exif_count, &exif) != 0) {
    picture->exif = exif;
    picture->exif_count = exif_count;
  }
}

codec_status codec_png_open(
  codec_png *decoder, const uint8_t *bytes, size_t count, const codec_limits *limits,
  uint32_t minimum_edge, codec_picture *picture) {
  codec_png_close(decoder);
  decode_guard_begin(&decoder->guard, limits);
  decoder->bytes = bytes;
  decoder->count = count;
  decoder->position = 0;
  if (setjmp(decoder->guard.exit)) {
    codec_png_close(decoder);
    return decoder->guard.status;
  }
  open_picture(decoder, minimum_edge, picture);
  return CODEC_OK;
}

// MARK: - Alpha

/// RGBA over white, as RGB, where `rgb` may be `rgba`: hidden colours under alpha 0 are common.
static void composite_over_white(const uint8_t *rgba, uint8_t *rgb, size_t count) {
  for (size_t i = 0; i < count; i++) {
    unsigned alpha = rgba[4 * i + 3];
    for (size_t c = 0; c < 3; c++) {
      unsigned blend = rgba[4 * i + c] * alpha + 255 * (255 - alpha) + 128;
      rgb[3 * i + c] = (uint8_t)((blend + (blend >> 8)) >> 8);
    }
  }
}

// MARK: - Reading by libpng

/// One row of `count` pixels of picture row `y`, which lie at x_start, x_start + x_step...
static void read_row(
  codec_png *decoder, uint32_t count, uint32_t y, uint32_t x_start, uint32_t x_step) {
  uint8_t *row = decoder->row.bytes;
  png_read_row(decoder->png, row, NULL);
  if (decoder->has_alpha) composite_over_white(row, row, count);
  area_average_add(&decoder->average, row, count, y, x_start, x_step);
  decode_guard_check_time(&decoder->guard);
}

/// The seven passes of Adam7, each a sparse picture of its own.
static void read_passes(codec_png *decoder) {
  for (uint32_t pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
    uint32_t columns = PNG_PASS_COLS(decoder->width, pass);
    uint32_t rows = PNG_PASS_ROWS(decoder->height, pass);
    if (columns == 0) continue;
    for (uint32_t row = 0; row < rows; row++) {
      read_row(
        decoder, columns, PNG_ROW_FROM_PASS_ROW(row, pass), PNG_PASS_START_COL(pass),
        PNG_PASS_COL_OFFSET(pass));
    }
  }
}

static void read_by_libpng(codec_png *decoder, uint8_t *rgb) {
  png_structp png = decoder->png;
  png_read_update_info(png, decoder->info);
  size_t row_count = png_get_rowbytes(png, decoder->info);
  decode_guard_require_memory(
    &decoder->guard, scratch_buffer_reserve(&decoder->row, row_count));
  decode_guard_require_memory(&decoder->guard, area_average_begin(&decoder->average));
  if (decoder->is_interlaced) {
    read_passes(decoder);
    area_average_finish_all(&decoder->average, rgb);
  } else {
    for (uint32_t y = 0; y < decoder->height; y++) {
      read_row(decoder, decoder->width, y, 0, 1);
      area_average_finish_row(&decoder->average, y, rgb);
    }
  }
  // The checksums of the last chunks, and IEND.
  png_read_end(png, NULL);
}

// MARK: - Reading without libpng

/// Photographs, that is: 8 bits, RGB or RGBA, one row after the other.
static bool is_plain(const codec_png *decoder) {
  png_structp png = decoder->png;
  png_byte colours = png_get_color_type(png, decoder->info);
  return (colours == PNG_COLOR_TYPE_RGB || colours == PNG_COLOR_TYPE_RGB_ALPHA) &&
         png_get_bit_depth(png, decoder->info) == 8 && !decoder->is_interlaced &&
         png_get_valid(png, decoder->info, PNG_INFO_tRNS) == 0;
}

/// Row `y`, whose filter has been undone, goes to where it is used.
static void add_plain_row(codec_png *decoder, const uint8_t *pixels, uint32_t y, uint8_t *rgb) {
  if (decoder->has_alpha) {
    // Not in place: the row after it is made from the colours as they are stored.
    composite_over_white(pixels, decoder->row.bytes, decoder->width);
    pixels = decoder->row.bytes;
  }
  area_average_add(&decoder->average, pixels, decoder->width, y, 0, 1);
  area_average_finish_row(&decoder->average, y, rgb);
}

/// libpng has read up to the contents of the first IDAT chunk.
static void read_without_libpng(codec_png *decoder, uint8_t *rgb) {
  decode_guard *guard = &decoder->guard;
  const int pixel_bytes = decoder->has_alpha ? 4 : 3;
  const size_t count = (size_t)decoder->width * pixel_bytes, distance = count + PNG_FILTER_MARGIN;
  decode_guard_require_memory(
    guard, scratch_buffer_reserve(&decoder->row, (size_t)decoder->width * 3) &&
             scratch_buffer_reserve(&decoder->rows, 3 * distance) &&
             area_average_begin(&decoder->average));
  uint8_t *above = decoder->rows.bytes, *first = above + distance, *second = first + distance;
  memset(above, 0, distance);
  png_image_data *data = &decoder->data;
  png_image_data_begin(
    data, guard, decoder->bytes, decoder->count, decoder->position, 2 * (1 + count));
  for (uint32_t y = 0; y < decoder->height; y += 2) {
    const bool are_two = y + 1 < decoder->height;
    const uint8_t *scanline = png_image_data_take(data, (are_two ? 2 : 1) * (1 + count));
    bool is_known = are_two
                      ? png_filters_undo_two(pixel_bytes, scanline, above, first, second, count)
                      : png_filters_undo(pixel_bytes, scanline, above, first, count);
    if (!is_known) decode_guard_fail(guard, CODEC_CORRUPT, "bad adaptive filter value");
    add_plain_row(decoder, first, y, rgb);
    if (are_two) add_plain_row(decoder, second, y + 1, rgb);
    uint8_t *last = second;
    second = above;
    above = last;
    decode_guard_check_time(guard);
  }
  png_image_data_finish(data);
}

// MARK: - Reading

codec_status codec_png_read(codec_png *decoder, uint8_t *rgb) {
  if (setjmp(decoder->guard.exit)) {
    codec_png_close(decoder);
    return decoder->guard.status;
  }
  if (is_plain(decoder)) {
    read_without_libpng(decoder, rgb);
  } else {
    read_by_libpng(decoder, rgb);
  }
  return CODEC_OK;
}
