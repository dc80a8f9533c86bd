#include "jpeg_scan_decoder.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <jerror.h>
#define JPEG_INTERNALS
#include <jpegint.h>

#include "jpeg_marker_search.h"

/// The place in a block, row after row, of each zigzag place (T.81 figure A.6).
static const uint8_t natural_order[DCTSIZE2] = {
  0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
  41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
  30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

/// Whatever works on a bit reader: a call would force it out of the registers.
#define INLINED static inline __attribute__((always_inline))

// MARK: - Bits

static uint64_t big_endian(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/// Whether one of the eight bytes is 0xFF.
static bool has_ff(uint64_t word) {
  return ((word & ~(word + 0x0101010101010101u)) & 0x8080808080808080u) != 0;
}

/// Byte by byte, stuffed zeros left out, up to the next marker.
INLINED void refill_slowly(jpeg_bit_reader *reader) {
  while (reader->count <= 56 && reader->next < reader->end) {
    uint8_t byte = *reader->next;
    size_t width = 1;
    if (byte == 0xFF) {
      if (reader->end - reader->next < 2 || reader->next[1] != 0) return;
      width = 2;
    }
    reader->next += width;
    reader->bits |= (uint64_t)byte << (56 - reader->count);
    reader->count += 8;
  }
}

/// Makes at least 57 bits available where the data has as many.
INLINED void refill(jpeg_bit_reader *reader) {
  if (reader->end - reader->next >= 8) {
    uint64_t word = big_endian(reader->next);
    if (!has_ff(word)) {
      // The bits behind the last whole byte that counts are the true ones: they are set again.
      reader->bits |= word >> reader->count;
      reader->next += (63 - reader->count) >> 3;
      reader->count |= 56;
      return;
    }
  }
  refill_slowly(reader);
}

/// The data ends within a block, at `next`. Every way out ends the decode, see jpeg_failures.c.
/// Takes no pointer to the reader, so that the loops may keep it in registers.
__attribute__((noinline, cold)) static _Noreturn void run_dry(
  j_decompress_ptr info, const uint8_t *next, const uint8_t *end) {
  while (end - next >= 2 && next[0] == 0xFF && next[1] == 0xFF) next++;
  if (end - next < 2) (*info->src->fill_input_buffer)(info);
  info->unread_marker = next[1];
  WARNMS(info, JWRN_HIT_MARKER);
  ERREXIT(info, JERR_INPUT_EOF);
  __builtin_unreachable();
}

__attribute__((noinline, cold)) static _Noreturn void bad_code(j_decompress_ptr info) {
  WARNMS(info, JWRN_HUFF_BAD_CODE);
  ERREXIT(info, JERR_INPUT_EOF);
  __builtin_unreachable();
}

/// Passes over `count` bits, 0 to 57, of which `refill` has made enough available.
INLINED void skip(j_decompress_ptr info, jpeg_bit_reader *reader, int count) {
  if (__builtin_expect(count > reader->count, 0)) run_dry(info, reader->next, reader->end);
  reader->bits <<= count;
  reader->count -= count;
}

/// Takes `count` bits, 0 to 32, of which `refill` has made enough available.
INLINED uint32_t take(j_decompress_ptr info, jpeg_bit_reader *reader, int count) {
  uint32_t value = (uint32_t)(reader->bits >> 32 >> (32 - count));
  skip(info, reader, count);
  return value;
}

// MARK: - Codes

/// libjpeg has checked by now that the table is sound.
static void make_table(jpeg_huffman_table *table, const JHUFF_TBL *source) {
  memset(table->lookup, 0, sizeof table->lookup);
  memcpy(table->symbols, source->huffval, sizeof table->symbols);
  uint32_t code = 0;
  int32_t place = 0;
  for (int length = 1; length <= 16; length++) {
    table->offset[length] = place - (int32_t)code;
    for (int i = 0; i < source->bits[length]; i++, code++, place++) {
      if (length > JPEG_LOOKUP_BITS) continue;
      int free_bits = JPEG_LOOKUP_BITS - length;
      for (uint32_t rest = 0; rest < 1u << free_bits; rest++) {
        table->lookup[(code << free_bits) + rest] =
          (uint16_t)(length << 8 | table->symbols[place & 255]);
      }
    }
    table->limit[length] = code << (16 - length);
    code <<= 1;
  }
  table->limit[17] = UINT32_MAX;
}

/// The next symbol. At least 16 bits are there unless the data ends.
INLINED unsigned take_symbol(
  j_decompress_ptr info, jpeg_bit_reader *reader, const jpeg_huffman_table *table) {
  unsigned entry = table->lookup[reader->bits >> (64 - JPEG_LOOKUP_BITS)];
  int length = (int)(entry >> 8);
  unsigned symbol = entry & 255;
  if (length == 0) {
    uint32_t code = (uint32_t)(reader->bits >> 48);
    length = JPEG_LOOKUP_BITS + 1;
    while (code >= table->limit[length]) length++;
    if (length > 16) {
      if (reader->count < 16) run_dry(info, reader->next, reader->end);
      bad_code(info);
    }
    symbol = table->symbols[(table->offset[length] + (int32_t)(code >> (16 - length))) & 255];
  }
  skip(info, reader, length);
  return symbol;
}

/// A signed number of `size` bits (T.81 table F.1).
static inline int extended(uint32_t value, int size) {
  return value < 1u << (size - 1) ? (int)value - (1 << size) + 1 : (int)value;
}

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
      block[natural_order[k]] = (JCOEF)((unsigned)value << info->Al);
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

/// How many pixels wide and high a component's blocks become; 0 where that is not the same.
static int scaled_size(const jpeg_component_info *component) {
#if JPEG_LIB_VERSION >= 70
  return component->DCT_h_scaled_size == component->DCT_v_scaled_size
           ? component->DCT_h_scaled_size
           : 0;
#else
  return component->DCT_scaled_size;
#endif
}

/// Whether a component's pixels are made of mean levels alone: one a block.
static bool is_flat(const jpeg_component_info *component) { return scaled_size(component) == 1; }

/// The zigzag places of the coefficients that libjpeg's inverse transform to such a size reads
/// (jidctred.c): to 4 x 4 no row or column 4, to 2 x 2 none of 2, 4 and 6.
static uint64_t needed_places(int size) {
  unsigned unread = size == 2 ? 1 << 2 | 1 << 4 | 1 << 6 : size == 4 ? 1 << 4 : 0;
  uint64_t needed = 0;
  for (int k = 0; k < DCTSIZE2; k++) {
    bool is_read = (unread >> (natural_order[k] & 7) & 1) == 0 &&
                   (unread >> (natural_order[k] >> 3) & 1) == 0;
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
  if (is_flat(component)) {
    skip_scan(info);
    return;
  }
  if (info->restart_interval > 0) decoder->is_off = true;
  if (decoder->is_off) return;
  make_table(&decoder->table, info->ac_huff_tbl_ptrs[component->ac_tbl_no]);
  decoder->reader = (jpeg_bit_reader){
    .next = info->src->next_input_byte,
    .end = info->src->next_input_byte + info->src->bytes_in_buffer,
  };
  decoder->mask =
    (uint64_t *)decoder->masks.bytes + decoder->component_start[component->component_index];
  decoder->needed = needed_places(scaled_size(component));
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
    int last = is_flat(&info->comp_info[i]) ? 0 : DCTSIZE2 - 1;
    for (int k = 0; k <= last; k++) {
      if (info->coef_bits[i][k] != 0) return false;
    }
  }
  return true;
}
