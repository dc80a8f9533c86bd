#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

// A JPEG's entropy-coded data: bits, Huffman codes and numbers, for the decoders that take the place of
// libjpeg's.

/// Whatever works on a bit reader: a call would force it out of the registers.
#define INLINED static inline __attribute__((always_inline))

// MARK: - Bits

/// Bits of entropy-coded data, the next one topmost. Never reads past a marker.
typedef struct {
  const uint8_t *next, *end;
  uint64_t bits;
  /// How many of them are there.
  int count;
} jpeg_bit_reader;

/// The data ends within a block, at `next`. Every way out ends the decode, see jpeg_failures.c.
/// Takes no pointer to the reader, so that the loops may keep it in registers.
_Noreturn void jpeg_run_dry(j_decompress_ptr info, const uint8_t *next, const uint8_t *end);

/// No code begins like this. Ends the decode.
_Noreturn void jpeg_bad_code(j_decompress_ptr info);

static inline uint64_t big_endian(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/// Whether one of the eight bytes is 0xFF.
static inline bool has_ff(uint64_t word) {
  return ((word & ~(word + 0x0101010101010101u)) & 0x8080808080808080u) != 0;
}

/// Byte by byte, stuffed zeros left out, up to the next marker.
INLINED void refill_slowly(jpeg_bit_reader *reader) {
  while (reader->count < 56 && reader->next < reader->end) {
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

/// Makes at least 56 bits available where the data has as many.
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

/// Makes at least `count` bits available, 0 to 56, where the data has as many: mostly they are there.
INLINED void refill_below(jpeg_bit_reader *reader, int count) {
  if (reader->count < count) refill(reader);
}

/// The longest code with the number or run behind it.
enum { JPEG_LONGEST_SYMBOL = 16 + 16 };

/// Passes over `count` bits, 0 to 56, of which `refill` has made enough available.
INLINED void skip(j_decompress_ptr info, jpeg_bit_reader *reader, int count) {
  if (__builtin_expect(count > reader->count, 0)) jpeg_run_dry(info, reader->next, reader->end);
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

/// The place in a block, row after row, of each zigzag place (T.81 figure A.6). Behind them the last
/// place again, as libjpeg has it, for damaged runs that lead out of the block.
extern const uint8_t jpeg_natural_places[DCTSIZE2 + 16];

enum { JPEG_LOOKUP_BITS = 10 };

/// A Huffman table (T.81 annex C) made ready to look codes up.
typedef struct {
  /// For the next ten bits: length * 256 + symbol of the code they begin with; 0: a longer one.
  uint16_t lookup[1 << JPEG_LOOKUP_BITS];
  /// By length: one more than the largest code, moved to the top of 16 bits.
  uint32_t limit[18];
  /// By length: what to add to a code for the place of its symbol.
  int32_t offset[17];
  /// What it was made of: codes by length, and their symbols.
  uint8_t counts[17];
  uint8_t symbols[256];
} jpeg_huffman_table;

/// libjpeg must have checked that the table is sound.
void jpeg_make_huffman_table(jpeg_huffman_table *table, const JHUFF_TBL *source);

/// Whether `table` was made of `source`, or of one like it. All zero: of none.
bool jpeg_huffman_table_is_of(const jpeg_huffman_table *table, const JHUFF_TBL *source);

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
      if (reader->count < 16) jpeg_run_dry(info, reader->next, reader->end);
      jpeg_bad_code(info);
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
