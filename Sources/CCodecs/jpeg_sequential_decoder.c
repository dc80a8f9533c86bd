#include "jpeg_sequential_decoder.h"

#define JPEG_INTERNALS
#include <jpegint.h>

#include "jpeg_scaling.h"

// MARK: - Tables

enum { SIXTEEN_ZEROS = 0xF0 };

/// What one look finds: up to two coefficients, each behind some zeros. Packed into 32 bits, so that two
/// tables leave room in the cache.
typedef struct {
  /// Of codes and numbers together; 0: it takes a longer look.
  unsigned length;
  /// Places to pass over before the coefficient; `BEYOND` where the block ends.
  unsigned zeros[2];
  /// -64 to 63.
  int value[2];
  bool has_second;
} coefficient_pair;

/// Leads out of a block from any place but the first.
enum { BEYOND = DCTSIZE2 - 1 };

enum {
  ZEROS_SHIFT = 4,
  SECOND_SHIFT = 11,
  SECOND_ZEROS_SHIFT = 12,
  VALUE_SHIFT = 18,
  SECOND_VALUE_SHIFT = 25,
};

static uint32_t packed(coefficient_pair pair) {
  return pair.length | pair.zeros[0] << ZEROS_SHIFT | (uint32_t)pair.has_second << SECOND_SHIFT |
         pair.zeros[1] << SECOND_ZEROS_SHIFT | ((uint32_t)pair.value[0] & 127) << VALUE_SHIFT |
         (uint32_t)pair.value[1] << SECOND_VALUE_SHIFT;
}

/// The one coefficient, or end of block, that the bits begin with; all zero where that has more bits than
/// there are, or a large value.
static coefficient_pair single_of(uint32_t bits, const jpeg_huffman_table *codes) {
  unsigned entry = codes->lookup[bits >> (JPEG_COEFFICIENT_BITS - JPEG_LOOKUP_BITS)];
  unsigned length = entry >> 8, run = entry >> 4 & 15, size = entry & 15;
  if (length == 0 || length + size > JPEG_COEFFICIENT_BITS || size > 6) return (coefficient_pair){0};
  // Sixteen zeros are fifteen before a zero. Any other run without a number ends the block, as in
  // libjpeg.
  unsigned zeros = size > 0 || run == 15 ? run : BEYOND;
  uint32_t number = bits >> (JPEG_COEFFICIENT_BITS - length - size) & ((1u << size) - 1);
  return (coefficient_pair){
    .length = length + size,
    .zeros = {zeros},
    .value = {size > 0 ? extended(number, (int)size) : 0},
  };
}

/// With the second one, where its bits are there too.
static coefficient_pair pair_of(uint32_t bits, const jpeg_huffman_table *codes) {
  coefficient_pair pair = single_of(bits, codes);
  if (pair.length == 0 || pair.zeros[0] == BEYOND) return pair;
  const uint32_t all = (1u << JPEG_COEFFICIENT_BITS) - 1;
  coefficient_pair second = single_of(bits << pair.length & all, codes);
  if (second.length == 0 || pair.length + second.length > JPEG_COEFFICIENT_BITS) return pair;
  pair.length += second.length;
  pair.zeros[1] = second.zeros[0];
  pair.value[1] = second.value[0];
  pair.has_second = true;
  return pair;
}

static void make_coefficient_table(jpeg_coefficient_table *table, const JHUFF_TBL *source) {
  if (table->is_made && jpeg_huffman_table_is_of(&table->codes, source)) return;
  jpeg_make_huffman_table(&table->codes, source);
  for (uint32_t bits = 0; bits < 1u << JPEG_COEFFICIENT_BITS; bits++) {
    table->coefficients[bits] = packed(pair_of(bits, &table->codes));
  }
  table->is_made = true;
}

// MARK: - Blocks

/// A number behind its code.
INLINED int take_number(j_decompress_ptr info, jpeg_bit_reader *reader, unsigned size) {
  return size == 0 ? 0 : extended(take(info, reader, (int)size), (int)size);
}

/// How many looks the bits after `refill` are enough for.
enum { LOOKS_A_REFILL = 56 / JPEG_COEFFICIENT_BITS };

/// One coefficient, however long its code and number are.
/// Returns the place that follows.
INLINED unsigned decode_long(
  j_decompress_ptr info, jpeg_bit_reader *reader, const jpeg_huffman_table *codes, JCOEF *block,
  unsigned k, const bool is_kept) {
  unsigned symbol = take_symbol(info, reader, codes);
  k += symbol >> 4;
  // Any other run without a number ends the block, as in libjpeg.
  if ((symbol & 15) == 0) return symbol == SIXTEEN_ZEROS ? k + 1 : DCTSIZE2;
  int value = take_number(info, reader, symbol & 15);
  if (is_kept) block[jpeg_natural_places[k]] = (JCOEF)value;
  return k + 1;
}

/// A block's coefficients but for the first. Those that libjpeg will not read may be left out.
INLINED void decode_details(
  j_decompress_ptr info, jpeg_bit_reader *reader, const jpeg_coefficient_table *table, JCOEF *block,
  const bool are_kept) {
  unsigned k = 1;
  while (k < DCTSIZE2) {
    refill(reader);
#pragma clang loop unroll(full)
    for (int i = 0; i < LOOKS_A_REFILL; i++) {
      uint32_t pair = table->coefficients[reader->bits >> (64 - JPEG_COEFFICIENT_BITS)];
      unsigned length = pair & 15, place = k + (pair >> ZEROS_SHIFT & 63);
      // Behind the last place another block's bits begin: no second one there.
      if (__builtin_expect(length == 0 || place == DCTSIZE2 - 1, 0)) {
        refill_below(reader, JPEG_LONGEST_SYMBOL);
        k = decode_long(info, reader, &table->codes, block, k, are_kept);
        break;
      }
      skip(info, reader, (int)length);
      if (place >= DCTSIZE2) return;
      k = place;
      if (are_kept) {
        block[jpeg_natural_places[k]] = (JCOEF)((int32_t)(pair << (25 - VALUE_SHIFT)) >> 25);
      }
      k += 1 + (pair >> SECOND_ZEROS_SHIFT & 63);
      if (k >= DCTSIZE2) return;
      // Where there is no second one, this is the zero that stands there: no question to guess wrong.
      if (are_kept) block[jpeg_natural_places[k]] = (JCOEF)((int32_t)pair >> SECOND_VALUE_SHIFT);
      k += pair >> SECOND_SHIFT & 1;
      if (k >= DCTSIZE2) return;
    }
  }
}

// MARK: - The scan

static void begin_at_source(j_decompress_ptr info, jpeg_sequential_decoder *decoder) {
  decoder->reader = (jpeg_bit_reader){
    .next = info->src->next_input_byte,
    .end = info->src->next_input_byte + info->src->bytes_in_buffer,
  };
  memset(decoder->last_mean, 0, sizeof decoder->last_mean);
  decoder->units_to_restart = info->restart_interval;
}

/// libjpeg reads on where this stopped. Bits that were read ahead do not matter to it, because it looks
/// for the next marker.
static void give_source_back(j_decompress_ptr info, const jpeg_sequential_decoder *decoder) {
  info->src->bytes_in_buffer = (size_t)(decoder->reader.end - decoder->reader.next);
  info->src->next_input_byte = decoder->reader.next;
}

static void pass_restart_marker(j_decompress_ptr info, jpeg_sequential_decoder *decoder) {
  give_source_back(info, decoder);
  (*info->marker->read_restart_marker)(info);
  begin_at_source(info, decoder);
}

/// One block or one block of each component and its neighbours: what libjpeg calls an MCU.
static boolean decode_unit(j_decompress_ptr info, JBLOCKROW *blocks) {
  jpeg_sequential_decoder *decoder = jpeg_sequential_decoder_of(info);
  if (info->restart_interval > 0 && decoder->units_to_restart-- == 0) {
    pass_restart_marker(info, decoder);
    decoder->units_to_restart--;
  }
  jpeg_bit_reader reader = decoder->reader;
  for (int i = 0; i < info->blocks_in_MCU; i++) {
    int index = info->MCU_membership[i];
    const jpeg_component_info *component = info->cur_comp_info[index];
    JCOEF *block = *blocks[i];
    refill_below(&reader, JPEG_LONGEST_SYMBOL);
    unsigned size = take_symbol(info, &reader, &decoder->means[component->dc_tbl_no]) & 15;
    // Without signs: damage may make it overflow.
    unsigned step = (unsigned)take_number(info, &reader, size);
    decoder->last_mean[index] = (int)((unsigned)decoder->last_mean[index] + step);
    block[0] = (JCOEF)decoder->last_mean[index];
    const jpeg_coefficient_table *table = &decoder->details[component->ac_tbl_no];
    if (jpeg_is_flat(component)) {
      decode_details(info, &reader, table, block, false);
    } else {
      decode_details(info, &reader, table, block, true);
    }
  }
  decoder->reader = reader;
  if (--decoder->units_left == 0) give_source_back(info, decoder);
  return TRUE;
}

void jpeg_sequential_decoder_install(jpeg_sequential_decoder *decoder, j_decompress_ptr info) {
  // libjpeg has begun the scan, and found its tables to be there and sound.
  bool means[NUM_HUFF_TBLS] = {false}, details[NUM_HUFF_TBLS] = {false};
  for (int i = 0; i < info->comps_in_scan; i++) {
    means[info->cur_comp_info[i]->dc_tbl_no] = true;
    details[info->cur_comp_info[i]->ac_tbl_no] = true;
  }
  for (int i = 0; i < NUM_HUFF_TBLS; i++) {
    if (means[i] && !jpeg_huffman_table_is_of(&decoder->means[i], info->dc_huff_tbl_ptrs[i])) {
      jpeg_make_huffman_table(&decoder->means[i], info->dc_huff_tbl_ptrs[i]);
    }
    if (details[i]) make_coefficient_table(&decoder->details[i], info->ac_huff_tbl_ptrs[i]);
  }
  decoder->units_left = (size_t)info->MCUs_per_row * info->MCU_rows_in_scan;
  begin_at_source(info, decoder);
  info->entropy->decode_mcu = decode_unit;
}
