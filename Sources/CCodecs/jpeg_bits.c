#include "jpeg_bits.h"

#include <jerror.h>

const uint8_t jpeg_natural_places[DCTSIZE2 + 16] = {
  0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
  41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
  30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
  63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
};

__attribute__((cold)) _Noreturn void jpeg_run_dry(
  j_decompress_ptr info, const uint8_t *next, const uint8_t *end) {
  while (end - next >= 2 && next[0] == 0xFF && next[1] == 0xFF) next++;
  if (end - next < 2) (*info->src->fill_input_buffer)(info);
  info->unread_marker = next[1];
  WARNMS(info, JWRN_HIT_MARKER);
  ERREXIT(info, JERR_INPUT_EOF);
  __builtin_unreachable();
}

__attribute__((cold)) _Noreturn void jpeg_bad_code(j_decompress_ptr info) {
  WARNMS(info, JWRN_HUFF_BAD_CODE);
  ERREXIT(info, JERR_INPUT_EOF);
  __builtin_unreachable();
}

void jpeg_make_huffman_table(jpeg_huffman_table *table, const JHUFF_TBL *source) {
  memset(table->lookup, 0, sizeof table->lookup);
  memcpy(table->counts, source->bits, sizeof table->counts);
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

bool jpeg_huffman_table_is_of(const jpeg_huffman_table *table, const JHUFF_TBL *source) {
  bool is_made = table->limit[17] != 0;
  return is_made && memcmp(table->counts, source->bits, sizeof table->counts) == 0 &&
         memcmp(table->symbols, source->huffval, sizeof table->symbols) == 0;
}
