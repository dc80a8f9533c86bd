#include "png_image_data.h"

#include <string.h>

#include <isa-l/crc.h>

enum {
  CHUNK_HEADER = 8,    // length and type
  CHUNK_CHECKSUM = 4,  // CRC-32 of type and contents
  /// Small enough for the second-level cache, large enough that isa-l's copy of the last 32 KiB for
  /// each call costs little.
  WINDOW = 96 * 1024,
};

// MARK: - Chunks

static uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_type(const uint8_t *chunk, const char *type) {
  return memcmp(chunk + 4, type, 4) == 0;
}

static void require_name(decode_guard *guard, const uint8_t *chunk) {
  for (int i = 4; i < CHUNK_HEADER; i++) {
    uint8_t letter = chunk[i] | 32;
    if (letter < 'a' || letter > 'z') {
      decode_guard_fail(guard, CODEC_CORRUPT, "invalid chunk type");
    }
  }
}

/// The chunk at the reader's position, of which the header must be there.
static const uint8_t *peek_chunk(png_image_data *data, uint32_t *length) {
  if (data->count - data->position < CHUNK_HEADER) {
    decode_guard_fail(data->guard, CODEC_TRUNCATED, "its end is missing");
  }
  const uint8_t *chunk = data->bytes + data->position;
  *length = big_endian(chunk);
  if (*length > INT32_MAX) {
    decode_guard_fail(data->guard, CODEC_CORRUPT, "PNG unsigned integer out of range");
  }
  require_name(data->guard, chunk);
  return chunk;
}

/// Goes to the chunk behind it, if its checksum is right.
static void pass_chunk(png_image_data *data, const uint8_t *chunk, size_t length) {
  size_t size = CHUNK_HEADER + length + CHUNK_CHECKSUM;
  if (data->count - data->position < size) {
    decode_guard_fail(data->guard, CODEC_TRUNCATED, "its end is missing");
  }
  uint32_t sum = crc32_gzip_refl(0, chunk + 4, 4 + length);
  if (sum != big_endian(chunk + CHUNK_HEADER + length)) {
    decode_guard_fail(data->guard, CODEC_CORRUPT, "%.4s: CRC error", (const char *)chunk + 4);
  }
  data->position += size;
}

/// Hands the next IDAT chunk to isa-l. False behind the last.
static bool enter_chunk(png_image_data *data) {
  if (!data->is_in_chunks) return false;
  uint32_t length;
  const uint8_t *chunk = peek_chunk(data, &length);
  data->is_in_chunks = is_type(chunk, "IDAT");
  if (!data->is_in_chunks) return false;
  pass_chunk(data, chunk, length);
  data->inflate.next_in = (uint8_t *)chunk + CHUNK_HEADER;
  data->inflate.avail_in = length;
  return true;
}

// MARK: - Inflating

/// One byte of the compressed data's own header.
static uint8_t header_byte(png_image_data *data) {
  while (data->inflate.avail_in == 0) {
    if (!enter_chunk(data)) decode_guard_fail(data->guard, CODEC_CORRUPT, "Not enough image data");
  }
  data->inflate.avail_in--;
  return *data->inflate.next_in++;
}

/// Deflate without a preset dictionary. The size of its window is not looked at: some encoders write a
/// wrong one.
static void read_header(png_image_data *data) {
  unsigned method = header_byte(data), flags = header_byte(data);
  if ((method & 15) != 8 || (method << 8 | flags) % 31 != 0 || (flags & 32) != 0) {
    decode_guard_fail(data->guard, CODEC_CORRUPT, "incorrect header check");
  }
}

static bool is_inflated(const png_image_data *data) {
  return data->inflate.block_state == ISAL_BLOCK_FINISH;
}

/// Inflates up to `count` bytes; returns how many there were before the data ended.
static size_t inflate_bytes(png_image_data *data, uint8_t *out, size_t count) {
  struct inflate_state *inflate = &data->inflate;
  inflate->next_out = out;
  inflate->avail_out = (uint32_t)count;
  while (!is_inflated(data)) {
    uint32_t out_before = inflate->avail_out, in_before = inflate->avail_in;
    int result = isal_inflate(inflate);
    if (result == ISAL_INCORRECT_CHECKSUM) {
      decode_guard_fail(data->guard, CODEC_CORRUPT, "incorrect data check");
    }
    if (result < 0) decode_guard_fail(data->guard, CODEC_CORRUPT, "invalid compressed data");
    if (is_inflated(data) || inflate->avail_out == 0) break;
    // Never seen; but a loop without end would be worse than a photo less.
    bool is_stuck = inflate->avail_out == out_before && inflate->avail_in == in_before;
    if (inflate->avail_in == 0 ? !enter_chunk(data) : is_stuck) break;
  }
  return count - inflate->avail_out;
}

void png_image_data_begin(
  png_image_data *data, decode_guard *guard, const uint8_t *bytes, size_t count, size_t position,
  size_t largest) {
  data->guard = guard;
  data->bytes = bytes;
  data->count = count;
  data->position = position - CHUNK_HEADER;
  data->is_in_chunks = true;
  data->available = data->taken = 0;
  size_t capacity = (largest > WINDOW ? largest : WINDOW) + PNG_FILTER_MARGIN;
  decode_guard_require_memory(guard, scratch_buffer_reserve(&data->window, capacity));
  isal_inflate_init(&data->inflate);
  data->inflate.avail_in = 0;
  data->inflate.crc_flag = ISAL_ZLIB_NO_HDR_VER;
  read_header(data);
}

const uint8_t *png_image_data_take(png_image_data *data, size_t count) {
  uint8_t *window = data->window.bytes;
  size_t left = data->available - data->taken;
  if (left < count) {
    memmove(window, window + data->taken, left);
    size_t room = data->window.capacity - PNG_FILTER_MARGIN - left;
    if (room > INT32_MAX) room = INT32_MAX;
    data->available = left + inflate_bytes(data, window + left, room);
    data->taken = 0;
    if (data->available < count) {
      decode_guard_fail(data->guard, CODEC_CORRUPT, "Not enough image data");
    }
  }
  const uint8_t *taken = window + data->taken;
  data->taken += count;
  return taken;
}

// MARK: - The end

void png_image_data_finish(png_image_data *data) {
  // Data behind the last row mean nothing, but what ends them must be right.
  while (inflate_bytes(data, data->window.bytes, WINDOW) == WINDOW) {
    decode_guard_check_time(data->guard);
  }
  if (!is_inflated(data)) {
    decode_guard_fail(data->guard, CODEC_CORRUPT, "Not enough image data");
  }
  for (;;) {
    uint32_t length;
    const uint8_t *chunk = peek_chunk(data, &length);
    pass_chunk(data, chunk, length);
    if (is_type(chunk, "IEND")) return;
    if (is_type(chunk, "IHDR")) decode_guard_fail(data->guard, CODEC_CORRUPT, "IHDR: out of place");
  }
}

void png_image_data_free(png_image_data *data) { scratch_buffer_free(&data->window); }
