#include "floor.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>

#include "CDigest.h"

/// The longer edge of a decoded JPEG, as in Hangtag.
enum { MINIMUM_EDGE = 224 };

struct floor_reader {
  uint8_t *bytes, *row;
  size_t count, capacity, row_capacity;
  uint32_t digest[8];
};

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf exit;
} jpeg_errors;

static void on_jpeg_error(j_common_ptr info) { longjmp(((jpeg_errors *)info->err)->exit, 1); }

floor_reader *floor_reader_create(void) { return calloc(1, sizeof(floor_reader)); }

void floor_reader_destroy(floor_reader *reader) {
  if (reader == NULL) return;
  free(reader->bytes);
  free(reader->row);
  free(reader);
}

static bool reserve(uint8_t **buffer, size_t *capacity, size_t count) {
  if (count <= *capacity) return true;
  free(*buffer);
  *buffer = malloc(count);
  *capacity = *buffer == NULL ? 0 : count;
  return *buffer != NULL;
}

static bool read_file(floor_reader *reader, const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct stat status;
  bool is_read = fstat(descriptor, &status) == 0 &&
                 reserve(&reader->bytes, &reader->capacity, (size_t)status.st_size) &&
                 read(descriptor, reader->bytes, (size_t)status.st_size) == status.st_size;
  reader->count = is_read ? (size_t)status.st_size : 0;
  close(descriptor);
  return is_read;
}

/// Picks the pixels of one row that the sample wants.
static void pick(
  const uint8_t *row, size_t channels, uint32_t width, uint32_t height, uint32_t y,
  uint8_t *sample) {
  uint32_t target = (uint32_t)((uint64_t)y * FLOOR_EDGE / height);
  if ((uint32_t)((uint64_t)target * height / FLOOR_EDGE) != y) return;
  for (uint32_t x = 0; x < FLOOR_EDGE; x++) {
    size_t column = (size_t)x * width / FLOOR_EDGE;
    sample[target * FLOOR_EDGE + x] = (uint8_t)(255 - row[column * channels]);
  }
}

static bool decode_jpeg(floor_reader *reader, uint8_t *sample) {
  struct jpeg_decompress_struct info;
  jpeg_errors errors;
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = on_jpeg_error;
  if (setjmp(errors.exit)) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reader->bytes, reader->count);
  jpeg_read_header(&info, TRUE);
  uint32_t longest = info.image_width > info.image_height ? info.image_width : info.image_height;
  info.scale_num = 1;
  info.scale_denom = 8;
  while (info.scale_num < 8 && (longest * info.scale_num + 7) / 8 < MINIMUM_EDGE) {
    info.scale_num++;
  }
  info.out_color_space = JCS_RGB;
  jpeg_start_decompress(&info);
  size_t stride = (size_t)info.output_width * 3;
  bool has_memory = reserve(&reader->row, &reader->row_capacity, stride);
  while (has_memory && info.output_scanline < info.output_height) {
    uint32_t y = info.output_scanline;
    jpeg_read_scanlines(&info, &reader->row, 1);
    pick(reader->row, 3, info.output_width, info.output_height, y, sample);
  }
  if (has_memory) jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return has_memory;
}

static bool decode_png(floor_reader *reader, uint8_t *sample) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  FILE *file = info == NULL ? NULL : fmemopen(reader->bytes, reader->count, "rb");
  if (file == NULL || setjmp(png_jmpbuf(png))) {
    if (file != NULL) fclose(file);
    png_destroy_read_struct(&png, &info, NULL);
    return false;
  }
  png_init_io(png, file);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_read_update_info(png, info);
  uint32_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  if (!reserve(&reader->row, &reader->row_capacity, png_get_rowbytes(png, info))) {
    png_error(png, "memory is out");
  }
  for (uint32_t y = 0; y < height; y++) {
    png_read_row(png, reader->row, NULL);
    pick(reader->row, png_get_channels(png, info), width, height, y, sample);
  }
  png_read_end(png, NULL);
  fclose(file);
  png_destroy_read_struct(&png, &info, NULL);
  return true;
}

bool floor_reader_photo(
  floor_reader *reader, const char *path, uint8_t sample[FLOOR_EDGE * FLOOR_EDGE]) {
  if (!read_file(reader, path)) return false;
  // Less than a block is left over, which costs nothing.
  sha256_blocks(reader->digest, reader->bytes, reader->count / 64);
  bool is_png = reader->count > 8 && memcmp(reader->bytes, "\x89PNG", 4) == 0;
  return is_png ? decode_png(reader, sample) : decode_jpeg(reader, sample);
}
