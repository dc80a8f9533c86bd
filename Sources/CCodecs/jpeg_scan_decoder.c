#include "jpeg_scan_decoder.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <jerror.h>
#define JPEG_INTERNALS
#include <jpegint.h>

#include "jpeg_marker_search.h"
#include "jpeg_scaling.h"

/// How many blocks an end-of-band symbol stands for.
INLINED uint32_t take_run(j_decompress_ptr info, jpeg_bit_reader *reader, int size) {
  return (1u << size) + take(info, reader, size);
}

// MARK: - Blocks

/// Goes on to the next block. Behind the last one libjpeg reads on where this stopped; bits that
/// were read ahead do not matter to it, because it looks for the next marker.
static inline void finish_block(j_decompress_ptr info, jpeg_scan_decoder *decoder) {
  decoder->mask++;
  if (--decoder->blocks_left > 0) return;
  info->src->bytes_in_buffer = (size_t)(decoder->reader.end - decoder->reader.next);
  info->src->next_input_byte = decoder->reader.next;
}

/// The first scan of a band: the leading bits of its coefficients.
static boolean decode_first(j_decompress_ptr info, JBLOCKROW *blocks) {
  jpeg_scan_decoder *decoder = jpeg_scan_decoder_of(info);
  if (decoder->end_of_band_run > 0) {
    decoder->end_of_band_run--;
  } else {
    JCOEF *block = *blocks[0];
    jpeg_bit_reader reader = decoder->reader;
    uint64_t mask = *decoder->mask;
    for (int k = info->Ss; k <= info->Se; k++) {
      refill(&reader);
      unsigned symbol = take_symbol(info, &reader, &decoder->table);
      int run = (int)(symbol >> 4), size = (int)(symbol & 15);
      if (size == 0 && run < 15) {
        decoder->end_of_band_run = take_run(info, &reader, run) - 1;
        break;
      }
      k += run;
      if (size == 0) continue;
      int value = extended(take(info, &reader, size), size);
      // Only damage leads beyond the band.
      if (k > info->Se) break;
      block[jpeg_natural_places[k]] = (JCOEF)((unsigned)value << info->Al);
      mask |= 1ull << k;
    }
    *decoder->mask = mask;
    decoder->reader = reader;
  }
  finish_block(info, decoder);
  return TRUE;
}

/// The zigzag places from `first` to `last`, both at most 63; none where first is beyond last.
static inline uint64_t places_between(int first, int last) {
  return first > last ? 0 : ~0ull << first & ~0ull >> (63 - last);
}

static uint64_t deposit_in_turn(uint64_t bits, uint64_t places) {
  uint64_t deposited = 0;
  for (; bits != 0 && places != 0; bits >>= 1, places &= places - 1) {
    deposited |= places & -places & -(bits & 1);
  }
  return deposited;
}

#define REFINE(name) name##_in_turn
#define DEPOSIT deposit_in_turn
#include "jpeg_refinement.h"
#undef REFINE
#undef DEPOSIT

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("bmi2,popcnt"))), apply_to = function)
INLINED uint64_t deposit_at_once(uint64_t bits, uint64_t places) { return _pdep_u64(bits, places); }

#define REFINE(name) name##_at_once
#define DEPOSIT deposit_at_once
#include "jpeg_refinement.h"
#pragma clang attribute pop
#endif

static boolean (*fastest_refinement(void))(j_decompress_ptr, JBLOCKROW *) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2")) return decode_refinement_at_once;
#endif
  return decode_refinement_in_turn;
}

/// A scan that is of no use.
static boolean decode_nothing(j_decompress_ptr info, JBLOCKROW *blocks) {
  (void)info;
  (void)blocks;
  return TRUE;
}

// MARK: - Scans

/// The zigzag places of the coefficients that libjpeg's inverse transform to such a size reads
/// (jidctred.c): to 4 x 4 no row or column 4, to 2 x 2 none of 2, 4 and 6.
static uint64_t needed_places(int size) {
  unsigned unread = size == 2 ? 1 << 2 | 1 << 4 | 1 << 6 : size == 4 ? 1 << 4 : 0;
  uint64_t needed = 0;
  for (int k = 0; k < DCTSIZE2; k++) {
    bool is_read = (unread >> (jpeg_natural_places[k] & 7) & 1) == 0 &&
                   (unread >> (jpeg_natural_places[k] >> 3) & 1) == 0;
    if (is_read) needed |= 1ull << k;
  }
  return needed;
}

/// Passes over the coded data of the current scan.
static void skip_scan(j_decompress_ptr info) {
  struct jpeg_source_mgr *source = info->src;
  size_t count = codec_jpeg_next_marker(source->next_input_byte, source->bytes_in_buffer, 0);
  source->next_input_byte += count;
  source->bytes_in_buffer -= count;
  info->entropy->decode_mcu = decode_nothing;
}

static void start_pass(j_decompress_ptr info) {
  jpeg_scan_decoder *decoder = jpeg_scan_decoder_of(info);
  // libjpeg checks the scan's header and tables, and notes which coefficients become how precise.
  decoder->start_pass(info);
  if (info->Ss == 0) return;
  const jpeg_component_info *component = info->cur_comp_info[0];
  if (jpeg_is_flat(component)) {
    skip_scan(info);
    return;
  }
  if (info->restart_interval > 0) decoder->is_off = true;
  if (decoder->is_off) return;
  jpeg_make_huffman_table(&decoder->table, info->ac_huff_tbl_ptrs[component->ac_tbl_no]);
  decoder->reader = (jpeg_bit_reader){
    .next = info->src->next_input_byte,
    .end = info->src->next_input_byte + info->src->bytes_in_buffer,
  };
  decoder->mask =
    (uint64_t *)decoder->masks.bytes + decoder->component_start[component->component_index];
  decoder->needed = needed_places(jpeg_scaled_size(component));
  decoder->blocks_left = (size_t)info->MCUs_per_row * info->MCU_rows_in_scan;
  decoder->end_of_band_run = 0;
  info->entropy->decode_mcu = info->Ah == 0 ? decode_first : fastest_refinement();
}

size_t jpeg_scan_decoder_memory(j_decompress_ptr info) {
  size_t blocks = 0;
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *component = &info->comp_info[i];
    blocks += (size_t)component->width_in_blocks * component->height_in_blocks;
  }
  return blocks * sizeof(uint64_t);
}

bool jpeg_scan_decoder_install(jpeg_scan_decoder *decoder, j_decompress_ptr info) {
  size_t count = jpeg_scan_decoder_memory(info);
  if (!scratch_buffer_reserve(&decoder->masks, count)) return false;
  memset(decoder->masks.bytes, 0, count);
  size_t start = 0;
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *component = &info->comp_info[i];
    decoder->component_start[i] = start;
    start += (size_t)component->width_in_blocks * component->height_in_blocks;
  }
  decoder->is_off = false;
  decoder->start_pass = info->entropy->start_pass;
  info->entropy->start_pass = start_pass;
  // libjpeg has begun the first scan already.
  start_pass(info);
  return true;
}

bool jpeg_scan_decoder_has_enough(j_decompress_ptr info) {
  if (info->coef_bits == NULL) return false;
  for (int i = 0; i < info->num_components; i++) {
    int last = jpeg_is_flat(&info->comp_info[i]) ? 0 : DCTSIZE2 - 1;
    for (int k = 0; k <= last; k++) {
      if (info->coef_bits[i][k] != 0) return false;
    }
  }
  return true;
}
