#include "jpeg_scan_search.h"

#include "jpeg_failures.h"
#include "jpeg_marker_search.h"
#include "jpeg_source.h"

/// The components, one bit each, whose mean levels the current scan brings.
static unsigned components_begun(j_decompress_ptr info) {
  unsigned components = 0;
  for (int i = 0; i < info->comps_in_scan && info->Ss == 0; i++) {
    components |= 1u << info->cur_comp_info[i]->component_index;
  }
  return components;
}

static void check_components(j_decompress_ptr info, unsigned begun) {
  if (begun != (1u << info->num_components) - 1) {
    decode_guard_fail(
      jpeg_failures_guard(info), CODEC_TRUNCATED, "a colour component is missing");
  }
}

static void check_scan_count(decode_guard *guard, uint32_t count) {
  if (count > guard->limits.scans) {
    decode_guard_fail(
      guard, CODEC_TOO_LARGE, "it has more scans than the limit of %u", guard->limits.scans);
  }
}

/// Whether a segment with a length follows the marker.
static bool has_segment(int marker) {
  return marker != 0x01 && (marker < JPEG_RST0 || marker > 0xD8);
}

/// Walks over what lies behind the last scan that was found, to the end of the image: too many scans and a
/// missing end are noticed, whether or not they are of use.
static void pass_over_rest(j_decompress_ptr info) {
  decode_guard *guard = jpeg_failures_guard(info);
  const uint8_t *bytes = info->src->next_input_byte;
  size_t count = info->src->bytes_in_buffer, position = 0;
  uint32_t scans = (uint32_t)info->input_scan_number;
  while (true) {
    position = codec_jpeg_next_marker(bytes, count, position);
    if (position >= count) jpeg_source_end_is_missing(info);
    int marker = bytes[position + 1];
    position += 2;
    if (marker == JPEG_EOI) return;
    if (!has_segment(marker)) continue;
    if (marker == 0xDA) check_scan_count(guard, ++scans);
    if (count - position < 2) jpeg_source_end_is_missing(info);
    size_t length = (size_t)bytes[position] << 8 | bytes[position + 1];
    if (length < 2) decode_guard_fail(guard, CODEC_CORRUPT, "a segment is too short");
    if (length > count - position) jpeg_source_end_is_missing(info);
    position += length;
  }
}

void jpeg_scan_search_read_all(j_decompress_ptr info) {
  decode_guard *guard = jpeg_failures_guard(info);
  unsigned components = 0;
  // The first scan's header was read with the picture's.
  for (int event = JPEG_REACHED_SOS; event != JPEG_REACHED_EOI; event = jpeg_consume_input(info)) {
    if (event == JPEG_REACHED_SOS) components |= components_begun(info);
    check_scan_count(guard, (uint32_t)info->input_scan_number);
    decode_guard_check_time(guard);
  }
  check_components(info, components);
}

bool jpeg_scan_search(
  j_decompress_ptr info, jpeg_progressive_decoder *decoder, uint64_t memory_besides) {
  decode_guard *guard = jpeg_failures_guard(info);
  unsigned components = 0;
  do {
    components |= components_begun(info);
    check_scan_count(guard, (uint32_t)info->input_scan_number);
    decode_guard_check_time(guard);
    decode_guard_check_memory(guard, memory_besides + jpeg_progressive_decoder_memory(info));
    jpeg_progressive_decoder_add_scan(decoder, info);
    if (jpeg_progressive_decoder_has_enough(info)) {
      pass_over_rest(info);
      return true;
    }
  } while (jpeg_consume_input(info) != JPEG_REACHED_EOI);
  check_components(info, components);
  return false;
}
