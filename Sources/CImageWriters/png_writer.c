#include "png_writer.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
  png_structp png;
  png_infop info;
  uint8_t *bytes;
  size_t count, capacity;
  bool is_written;
} writer;

static void write_bytes(png_structp png, png_bytep data, size_t count) {
  writer *self = png_get_io_ptr(png);
  if (self->count + count > self->capacity) {
    size_t capacity = (self->count + count) * 2;
    uint8_t *bytes = realloc(self->bytes, capacity);
    if (bytes == NULL) png_error(png, "memory is out");
    self->bytes = bytes;
    self->capacity = capacity;
  }
  memcpy(self->bytes + self->count, data, count);
  self->count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void on_error(png_structp png, png_const_charp text) {
  (void)text;
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void write_transparency(writer *self, const png_writer_options *options) {
  const uint8_t *data = options->transparency;
  png_color_16 colour = {0};
  if (options->colour_type == PNG_COLOR_TYPE_GRAY && options->transparency_count == 2) {
    colour.gray = (png_uint_16)(data[0] << 8 | data[1]);
  } else if (options->colour_type == PNG_COLOR_TYPE_RGB && options->transparency_count == 6) {
    colour.red = (png_uint_16)(data[0] << 8 | data[1]);
    colour.green = (png_uint_16)(data[2] << 8 | data[3]);
    colour.blue = (png_uint_16)(data[4] << 8 | data[5]);
  } else if (options->colour_type != PNG_COLOR_TYPE_PALETTE) {
    png_error(self->png, "this kind of picture has no such tRNS");
  }
  png_set_tRNS(self->png, self->info, data, (int)options->transparency_count, &colour);
}

static void write_picture(writer *self, const uint8_t *rows, const png_writer_options *options) {
  png_structp png = self->png;
  png_set_write_fn(png, self, write_bytes, flush_nothing);
  png_set_IHDR(
    png, self->info, options->width, options->height, options->bit_depth, options->colour_type,
    options->is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
    PNG_FILTER_TYPE_DEFAULT);
  if (options->palette != NULL) {
    // png_color is three bytes: red, green, blue.
    png_set_PLTE(
      png, self->info, (png_const_colorp)options->palette, (int)options->palette_count);
  }
  if (options->transparency != NULL) write_transparency(self, options);
  png_write_info(png, self->info);
  int passes = png_set_interlace_handling(png);
  size_t stride = png_get_rowbytes(png, self->info);
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < options->height; y++) png_write_row(png, rows + y * stride);
  }
  png_write_end(png, self->info);
}

bool png_writer_write(
  const uint8_t *rows, const png_writer_options *options, uint8_t **bytes, size_t *count) {
  writer *self = calloc(1, sizeof *self);
  if (self == NULL) return false;
  self->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
  if (self->png != NULL) self->info = png_create_info_struct(self->png);
  if (self->info != NULL && setjmp(png_jmpbuf(self->png)) == 0) {
    write_picture(self, rows, options);
    self->is_written = true;
  }
  bool is_written = self->is_written;
  png_destroy_write_struct(&self->png, &self->info);
  if (is_written) {
    *bytes = self->bytes;
    *count = self->count;
  } else {
    free(self->bytes);
  }
  free(self);
  return is_written;
}
