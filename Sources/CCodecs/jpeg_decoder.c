#include "jpeg_decoder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "area_average.h"
#include "decode_guard.h"
#include "jpeg_failures.h"
#include "jpeg_marker_search.h"
#include "jpeg_progressive_decoder.h"
#include "jpeg_sequential_decoder.h"
#include "scratch_buffer.h"

enum { ROWS_AT_ONCE = 8 };

struct codec_jpeg {
  decode_guard guard;
  jpeg_failures failures;
  struct jpeg_decompress_struct info;
  struct jpeg_source_mgr source;
  /// What the picture was opened with.
  const uint8_t *bytes;
  size_t count;
  uint32_t minimum_edge;
  jpeg_progressive_decoder progressive;
  jpeg_sequential_decoder sequential;
  area_average average;
  /// A full-width row on its way to `average`, or to RGB from CMYK.
  scratch_buffer row;
  bool is_open;
  /// Not every bit of a progressive picture is there, though its end is.
  bool is_incomplete;
};

// MARK: - The source: all bytes at once

static void source_start(j_decompress_ptr info) { (void)info; }

/// libjpeg wants more than there is. Its own memory source would invent an end of image here and
/// leave the rest of the picture gray.
static boolean source_refill(j_decompress_ptr info) {
  codec_jpeg *decoder = info->client_data;
  decode_guard_fail(&decoder->guard, CODEC_TRUNCATED, "its end is missing");
}

static void source_skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if ((size_t)count > info->src->bytes_in_buffer) source_refill(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= (size_t)count;
}

jpeg_progressive_decoder *jpeg_progressive_decoder_of(j_decompress_ptr info) {
  return &((codec_jpeg *)info->client_data)->progressive;
}

jpeg_sequential_decoder *jpeg_sequential_decoder_of(j_decompress_ptr info) {
  return &((codec_jpeg *)info->client_data)->sequential;
}

// MARK: - Life

codec_jpeg *codec_jpeg_create(void) { return calloc(1, sizeof(codec_jpeg)); }

void codec_jpeg_close(codec_jpeg *decoder) {
  if (!decoder->is_open) return;
  // Not jpeg_abort_decompress: quantisation and Huffman tables outlive that, and a picture that
  // lacks its own would be read, wrongly and without an error, with those of the one before it.
  // Making a new object takes less than a thousandth of a decode.
  jpeg_destroy_decompress(&decoder->info);
  decoder->is_open = false;
}

void codec_jpeg_destroy(codec_jpeg *decoder) {
  if (decoder == NULL) return;
  codec_jpeg_close(decoder);
  area_average_free(&decoder->average);
  scratch_buffer_free(&decoder->row);
  free(decoder);
}

const char *codec_jpeg_message(const codec_jpeg *decoder) { return decoder->guard.message; }

// MARK: - Opening

/// A few block rows, as allocated by libjpeg's coefficient, upsampling and colour stages.
static uint64_t memory_of_rows(j_decompress_ptr info) {
  return (uint64_t)info->image_width * (uint64_t)info->max_v_samp_factor * DCTSIZE *
         (uint64_t)info->num_components * 4;
}

/// Coefficients of the whole picture, as allocated by libjpeg where it reads several scans.
static uint64_t memory_of_coefficients(j_decompress_ptr info) {
  uint64_t bytes = 0;
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *component = &info->comp_info[i];
    // Padded to whole MCUs.
    uint64_t width = component->width_in_blocks + (uint64_t)component->h_samp_factor;
    uint64_t height = component->height_in_blocks + (uint64_t)component->v_samp_factor;
    bytes += width * height * sizeof(JBLOCK);
  }
  return bytes;
}

static uint64_t memory_needed(j_decompress_ptr info, bool keeps_coefficients) {
  return memory_of_rows(info) + (keeps_coefficients       ? memory_of_coefficients(info)
                                 : info->progressive_mode ? jpeg_progressive_decoder_memory(info)
                                                          : 0);
}

/// The smallest numerator of M/8 that leaves `minimum_edge` pixels on the longer edge. Below 8/8
/// libjpeg transforms subsampled chroma at up to twice the scale, so that there is little or
/// nothing to upsample; small photos get its smooth ("fancy") upsampling, the default.
static void choose_scale(j_decompress_ptr info, uint32_t minimum_edge) {
  uint64_t longest =
    info->image_width > info->image_height ? info->image_width : info->image_height;
  unsigned numerator = 1;
  while (numerator < DCTSIZE && (longest * numerator + DCTSIZE - 1) / DCTSIZE < minimum_edge) {
    numerator++;
  }
  info->scale_num = numerator;
  info->scale_denom = DCTSIZE;
}

static void choose_colours(codec_jpeg *decoder) {
  j_decompress_ptr info = &decoder->info;
  switch (info->jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_YCbCr:
    case JCS_RGB:
      info->out_color_space = JCS_RGB;
      return;
    case JCS_CMYK:
    case JCS_YCCK:
      info->out_color_space = JCS_CMYK;
      return;
    default:
      decode_guard_fail(
        &decoder->guard, CODEC_UNSUPPORTED, "it has %d colour components", info->num_components);
  }
}

/// Whether libjpeg is to read the scans one after the other, and keep the coefficients.
static bool keeps_coefficients(codec_jpeg *decoder) {
  return jpeg_has_multiple_scans(&decoder->info) &&
         (decoder->is_incomplete || !decoder->info.progressive_mode);
}

/// Reads the header of what is in `bytes`.
static void open_picture(codec_jpeg *decoder, codec_picture *picture) {
  j_decompress_ptr info = &decoder->info;
  decode_guard *guard = &decoder->guard;
  info->err = jpeg_failures_handlers(&decoder->failures, guard);
  jpeg_create_decompress(info);
  decoder->is_open = true;
  info->client_data = decoder;
  decoder->source = (struct jpeg_source_mgr){
    .next_input_byte = decoder->bytes,
    .bytes_in_buffer = decoder->count,
    .init_source = source_start,
    .fill_input_buffer = source_refill,
    .skip_input_data = source_skip,
    .resync_to_restart = jpeg_resync_to_restart,
    .term_source = source_start,
  };
  info->src = &decoder->source;

  jpeg_read_header(info, TRUE);
  decode_guard_check_pixels(guard, info->image_width, info->image_height);
  if (info->arith_code) decode_guard_fail(guard, CODEC_UNSUPPORTED, "it is arithmetic-coded");
  choose_colours(decoder);
  choose_scale(info, decoder->minimum_edge);
  jpeg_calc_output_dimensions(info);

  area_average *average = &decoder->average;
  uint32_t factor =
    area_average_factor(info->output_width, info->output_height, decoder->minimum_edge);
  if (!area_average_plan(average, info->output_width, info->output_height, factor, false)) {
    decode_guard_fail(guard, CODEC_TOO_LARGE, "its edges are too long");
  }
  decode_guard_check_memory(
    guard, memory_needed(info, keeps_coefficients(decoder)) + area_average_memory(average) +
             info->output_width * 4ull);
  *picture = (codec_picture){
    .full_width = info->image_width,
    .full_height = info->image_height,
    .width = average->width,
    .height = average->height,
  };
}

codec_status codec_jpeg_open(
  codec_jpeg *decoder, const uint8_t *bytes, size_t count, const codec_limits *limits,
  uint32_t minimum_edge, codec_picture *picture) {
  codec_jpeg_close(decoder);
  decode_guard_begin(&decoder->guard, limits);
  if (setjmp(decoder->guard.exit)) {
    codec_jpeg_close(decoder);
    return decoder->guard.status;
  }
  decoder->bytes = bytes;
  decoder->count = count;
  decoder->minimum_edge = minimum_edge;
  decoder->is_incomplete = false;
  open_picture(decoder, picture);
  return CODEC_OK;
}

// MARK: - Reading

/// The components, one bit each, whose mean levels the current scan brings.
static unsigned components_begun(j_decompress_ptr info) {
  unsigned components = 0;
  for (int i = 0; i < info->comps_in_scan && info->Ss == 0; i++) {
    components |= 1u << info->cur_comp_info[i]->component_index;
  }
  return components;
}

static void check_scan_count(decode_guard *guard, uint32_t count) {
  if (count > guard->limits.scans) {
    decode_guard_fail(
      guard, CODEC_TOO_LARGE, "it has more scans than the limit of %u", guard->limits.scans);
  }
}

/// Walks over what lies behind the last scan that was read, to the end of the image: too many scans
/// and a missing end are noticed, whether or not they are of use.
static void pass_over_rest(codec_jpeg *decoder) {
  j_decompress_ptr info = &decoder->info;
  decode_guard *guard = &decoder->guard;
  const uint8_t *bytes = info->src->next_input_byte;
  size_t count = info->src->bytes_in_buffer, position = 0;
  uint32_t scans = (uint32_t)info->input_scan_number;
  // libjpeg may have taken the next marker off the source already.
  int marker = info->unread_marker;
  while (marker != JPEG_EOI) {
    if (marker != 0 && marker != 0x01 && (marker < JPEG_RST0 || marker > 0xD8)) {
      if (count - position < 2) source_refill(info);
      size_t length = (size_t)bytes[position] << 8 | bytes[position + 1];
      if (length < 2) decode_guard_fail(guard, CODEC_CORRUPT, "a segment is too short");
      if (length > count - position) source_refill(info);
      position += length;
      if (marker == 0xDA) check_scan_count(guard, ++scans);
    }
    position = codec_jpeg_next_marker(bytes, count, position);
    if (position >= count) source_refill(info);
    marker = bytes[position + 1];
    position += 2;
  }
}

static void check_components(codec_jpeg *decoder, unsigned begun) {
  if (begun != (1u << decoder->info.num_components) - 1) {
    decode_guard_fail(&decoder->guard, CODEC_TRUNCATED, "a colour component is missing");
  }
}

/// Lets libjpeg take in all scans.
static void read_scans(codec_jpeg *decoder) {
  j_decompress_ptr info = &decoder->info;
  unsigned components = 0;
  // The first scan's header was read with the picture's.
  for (int event = JPEG_REACHED_SOS; event != JPEG_REACHED_EOI; event = jpeg_consume_input(info)) {
    if (event == JPEG_REACHED_SOS) components |= components_begun(info);
    check_scan_count(&decoder->guard, (uint32_t)info->input_scan_number);
    decode_guard_check_time(&decoder->guard);
  }
  check_components(decoder, components);
}

/// Finds the scans of a progressive picture, until no further one can change a pixel at the chosen
/// scale. False where the last one leaves something open.
static bool find_scans(codec_jpeg *decoder) {
  j_decompress_ptr info = &decoder->info;
  unsigned components = 0;
  do {
    components |= components_begun(info);
    check_scan_count(&decoder->guard, (uint32_t)info->input_scan_number);
    decode_guard_check_time(&decoder->guard);
    decode_guard_check_memory(
      &decoder->guard, memory_needed(info, false) + area_average_memory(&decoder->average));
    jpeg_progressive_decoder_add_scan(&decoder->progressive, info);
    if (jpeg_progressive_decoder_has_enough(info)) {
      pass_over_rest(decoder);
      return true;
    }
  } while (jpeg_consume_input(info) != JPEG_REACHED_EOI);
  check_components(decoder, components);
  return false;
}

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
static void read_rows_in_place(codec_jpeg *decoder, uint8_t *rgb) {
  j_decompress_ptr info = &decoder->info;
  size_t stride = (size_t)info->output_width * 3;
  while (info->output_scanline < info->output_height) {
    JSAMPROW rows[ROWS_AT_ONCE];
    JDIMENSION left = info->output_height - info->output_scanline;
    JDIMENSION count = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
    for (JDIMENSION i = 0; i < count; i++) rows[i] = rgb + (info->output_scanline + i) * stride;
    jpeg_read_scanlines(info, rows, count);
    decode_guard_check_time(&decoder->guard);
  }
}

/// CMYK becomes RGB and what is larger than wanted is averaged, row by row.
static void read_rows_averaged(codec_jpeg *decoder, uint8_t *rgb) {
  j_decompress_ptr info = &decoder->info;
  area_average *average = &decoder->average;
  decode_guard_require_memory(
    &decoder->guard, scratch_buffer_reserve(&decoder->row, (size_t)info->output_width * 4));
  decode_guard_require_memory(&decoder->guard, area_average_begin(average));
  while (info->output_scanline < info->output_height) {
    uint32_t y = info->output_scanline;
    JSAMPROW row = decoder->row.bytes;
    jpeg_read_scanlines(info, &row, 1);
    if (info->out_color_space == JCS_CMYK) {
      // In place: three bytes are written behind the four that were read.
      cmyk_to_rgb(row, row, info->output_width, info->saw_Adobe_marker);
    }
    area_average_add(average, row, info->output_width, y, 0, 1);
    area_average_finish_row(average, y, rgb);
    decode_guard_check_time(&decoder->guard);
  }
}

static void read_rows(codec_jpeg *decoder, uint8_t *rgb) {
  if (decoder->info.out_color_space == JCS_RGB && decoder->average.factor == 1) {
    read_rows_in_place(decoder, rgb);
  } else {
    read_rows_averaged(decoder, rgb);
  }
}

static bool read_progressive(codec_jpeg *decoder, uint8_t *rgb) {
  jpeg_progressive_decoder *progressive = &decoder->progressive;
  jpeg_progressive_decoder_start(progressive, &decoder->info);
  if (!find_scans(decoder)) return false;
  jpeg_progressive_decoder_finish_scans(progressive, &decoder->info);
  read_rows(decoder, rgb);
  return true;
}

/// In libjpeg's buffered-image mode, which leaves it to us to count the scans.
static void read_scan_by_scan(codec_jpeg *decoder, uint8_t *rgb) {
  j_decompress_ptr info = &decoder->info;
  info->buffered_image = TRUE;
  jpeg_start_decompress(info);
  read_scans(decoder);
  jpeg_start_output(info, info->input_scan_number);
  read_rows(decoder, rgb);
}

static void read_single_scan(codec_jpeg *decoder, uint8_t *rgb) {
  j_decompress_ptr info = &decoder->info;
  jpeg_start_decompress(info);
  jpeg_sequential_decoder_install(&decoder->sequential, info);
  read_rows(decoder, rgb);
  // Reads on to the end-of-image marker, so that a missing one is noticed.
  jpeg_finish_decompress(info);
}

static void read_picture(codec_jpeg *decoder, uint8_t *rgb) {
  if (decoder->info.progressive_mode) {
    if (read_progressive(decoder, rgb)) return;
    // libjpeg guesses what is missing from the blocks around.
    codec_jpeg_close(decoder);
    decoder->is_incomplete = true;
    codec_picture same;
    open_picture(decoder, &same);
  }
  if (keeps_coefficients(decoder)) {
    read_scan_by_scan(decoder, rgb);
  } else {
    read_single_scan(decoder, rgb);
  }
}

codec_status codec_jpeg_read(codec_jpeg *decoder, uint8_t *rgb) {
  if (setjmp(decoder->guard.exit)) {
    codec_jpeg_close(decoder);
    return decoder->guard.status;
  }
  read_picture(decoder, rgb);
  return CODEC_OK;
}
