#include "jpeg_decoder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "area_average.h"
#include "decode_guard.h"
#include "jpeg_failures.h"
#include "jpeg_progressive_decoder.h"
#include "jpeg_rows.h"
#include "jpeg_scan_search.h"
#include "jpeg_sequential_decoder.h"
#include "jpeg_source.h"
#include "scratch_buffer.h"

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
  decoder->source = jpeg_source(decoder->bytes, decoder->count);
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

static void read_rows(codec_jpeg *decoder, uint8_t *rgb) {
  jpeg_rows_read(&decoder->info, &decoder->average, &decoder->row, rgb);
}

static bool read_progressive(codec_jpeg *decoder, uint8_t *rgb) {
  jpeg_progressive_decoder *progressive = &decoder->progressive;
  jpeg_progressive_decoder_start(progressive, &decoder->info);
  uint64_t besides = memory_of_rows(&decoder->info) + area_average_memory(&decoder->average);
  if (!jpeg_scan_search(&decoder->info, progressive, besides)) return false;
  jpeg_progressive_decoder_finish_scans(progressive, &decoder->info);
  read_rows(decoder, rgb);
  return true;
}

/// In libjpeg's buffered-image mode, which leaves it to us to count the scans.
static void read_scan_by_scan(codec_jpeg *decoder, uint8_t *rgb) {
  j_decompress_ptr info = &decoder->info;
  info->buffered_image = TRUE;
  jpeg_start_decompress(info);
  jpeg_scan_search_read_all(info);
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
