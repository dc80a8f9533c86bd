#include "jpeg_writer.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

typedef struct {
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  jmp_buf exit;
  jpeg_scan_info scans[2 * MAX_COMPS_IN_SCAN];
  unsigned char *bytes;
  unsigned long count;
  bool is_written;
} writer;

static void on_error(j_common_ptr common) {
  writer *self = common->client_data;
  longjmp(self->exit, 1);
}

static void print_nothing(j_common_ptr common) { (void)common; }

static J_COLOR_SPACE stored_space(jpeg_writer_colours colours) {
  switch (colours) {
    case JPEG_WRITER_GRAY: return JCS_GRAYSCALE;
    case JPEG_WRITER_RGB: return JCS_RGB;
    case JPEG_WRITER_YCBCR: return JCS_YCbCr;
    case JPEG_WRITER_CMYK: return JCS_CMYK;
    case JPEG_WRITER_YCCK: return JCS_YCCK;
  }
  return JCS_UNKNOWN;
}

/// Each component's mean levels and details in a scan of their own where it is progressive, else in one.
static void separate_scans(writer *self, bool is_progressive) {
  j_compress_ptr info = &self->info;
  info->num_scans = 0;
  for (int i = 0; i < info->num_components; i++) {
    jpeg_scan_info scan = {.comps_in_scan = 1, .component_index = {i}, .Se = DCTSIZE2 - 1};
    if (is_progressive) {
      jpeg_scan_info means = scan;
      means.Se = 0;
      self->scans[info->num_scans++] = means;
      scan.Ss = 1;
    }
    self->scans[info->num_scans++] = scan;
  }
  info->scan_info = self->scans;
}

static void choose(writer *self, const jpeg_writer_options *options) {
  j_compress_ptr info = &self->info;
  J_COLOR_SPACE stored = stored_space(options->colours);
  info->image_width = options->width;
  info->image_height = options->height;
  info->in_color_space = stored == JCS_YCbCr ? JCS_RGB : stored == JCS_YCCK ? JCS_CMYK : stored;
  info->input_components = stored == JCS_GRAYSCALE ? 1 : info->in_color_space == JCS_RGB ? 3 : 4;
  jpeg_set_defaults(info);
  jpeg_set_colorspace(info, stored);
  // RGB without an Adobe marker is told by component names alone, which not every reader knows.
  if (stored == JCS_RGB) info->write_Adobe_marker = TRUE;
  jpeg_set_quality(info, options->quality, TRUE);
  info->restart_interval = options->restart_interval;
  bool has_chroma = stored == JCS_YCbCr || stored == JCS_YCCK;
  for (int i = 0; i < info->num_components; i++) {
    // Luma (and black) is sampled more finely than chroma.
    bool is_fine = has_chroma && i != 1 && i != 2;
    info->comp_info[i].h_samp_factor = is_fine ? options->horizontal_subsampling : 1;
    info->comp_info[i].v_samp_factor = is_fine ? options->vertical_subsampling : 1;
  }
  if (options->is_progressive) jpeg_simple_progression(info);
  if (options->has_separate_scans) separate_scans(self, options->is_progressive);
}

static void write_rows(j_compress_ptr info, const uint8_t *pixels) {
  size_t stride = (size_t)info->image_width * (size_t)info->input_components;
  jpeg_start_compress(info, TRUE);
  while (info->next_scanline < info->image_height) {
    JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + info->next_scanline * stride);
    jpeg_write_scanlines(info, &row, 1);
  }
  jpeg_finish_compress(info);
}

bool jpeg_writer_write(
  const uint8_t *pixels, const jpeg_writer_options *options, uint8_t **bytes, size_t *count) {
  writer *self = calloc(1, sizeof *self);
  if (self == NULL) return false;
  self->info.err = jpeg_std_error(&self->errors);
  self->errors.error_exit = on_error;
  self->errors.output_message = print_nothing;
  self->info.client_data = self;
  if (setjmp(self->exit) == 0) {
    jpeg_create_compress(&self->info);
    jpeg_mem_dest(&self->info, &self->bytes, &self->count);
    choose(self, options);
    write_rows(&self->info, pixels);
    self->is_written = true;
  }
  bool is_written = self->is_written;
  jpeg_destroy_compress(&self->info);
  if (is_written) {
    *bytes = self->bytes;
    *count = self->count;
  }
  // After a failure the buffer is not freed: libjpeg may have replaced it and freed it itself.
  free(self);
  return is_written;
}
