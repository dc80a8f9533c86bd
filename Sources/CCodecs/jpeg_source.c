#include "jpeg_source.h"

#include "jpeg_failures.h"

static void do_nothing(j_decompress_ptr info) { (void)info; }

static boolean refill(j_decompress_ptr info) { jpeg_source_end_is_missing(info); }

static void skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if ((size_t)count > info->src->bytes_in_buffer) jpeg_source_end_is_missing(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= (size_t)count;
}

void jpeg_source_end_is_missing(j_decompress_ptr info) {
  decode_guard_fail(jpeg_failures_guard(info), CODEC_TRUNCATED, "its end is missing");
}

struct jpeg_source_mgr jpeg_source(const uint8_t *bytes, size_t count) {
  return (struct jpeg_source_mgr){
    .next_input_byte = bytes,
    .bytes_in_buffer = count,
    .init_source = do_nothing,
    .fill_input_buffer = refill,
    .skip_input_data = skip,
    .resync_to_restart = jpeg_resync_to_restart,
    .term_source = do_nothing,
  };
}
