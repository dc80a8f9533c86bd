#include "jpeg_scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define JPEG_INTERNALS
#include <jpegint.h>

#include "jpeg_scaling.h"

// MARK: - Details: AC coefficients

/// How many blocks an end-of-band symbol stands for.
INLINED uint32_t take_run(j_decompress_ptr info, jpeg_bit_reader *reader, int size) {
  return (1u << size) + take(info, reader, size);
}

/// The first scan of a band: the leading bits of its coefficients.
static void decode_first(
  j_decompress_ptr info, jpeg_scan *scan, JBLOCK *blocks, uint64_t *masks, size_t count) {
  jpeg_bit_reader reader = scan->reader;
  uint32_t run = scan->end_of_band_run;
  const int first = scan->first_place, last = scan->last_place, shift = scan->shift;
  for (size_t i = 0; i < count; i++) {
    if (run > 0) {
      run--;
      continue;
    }
    JCOEF *block = blocks[i];
    uint64_t mask = masks[i];
    for (int k = first; k <= last; k++) {
      refill_below(&reader, JPEG_LONGEST_SYMBOL);
      unsigned symbol = take_symbol(info, &reader, &scan->codes);
      int zeros = (int)(symbol >> 4), size = (int)(symbol & 15);
      if (size == 0 && zeros < 15) {
        run = take_run(info, &reader, zeros) - 1;
        break;
      }
      k += zeros;
      if (size == 0) continue;
      int value = extended(take(info, &reader, size), size);
      // Only damage leads beyond the band.
      if (k > last) break;
      block[jpeg_natural_places[k]] = (JCOEF)((unsigned)value << shift);
      mask |= 1ull << k;
    }
    masks[i] = mask;
  }
  scan->end_of_band_run = run;
  scan->reader = reader;
}

/// The correction bits of a block, one for each coefficient that has not been zero. The first one is
/// topmost.
typedef struct {
  uint64_t bits;
  int count;
} correction_bits;

/// Takes `count` of them, of which as many are available.
INLINED void take_available(
  j_decompress_ptr info, jpeg_bit_reader *reader, int count, correction_bits *corrections) {
  corrections->bits |= (reader->bits & ~(~0ull >> count)) >> corrections->count;
  corrections->count += count;
  skip(info, reader, count);
}

INLINED void take_corrections(
  j_decompress_ptr info, jpeg_bit_reader *reader, uint64_t places, correction_bits *corrections) {
  int count = __builtin_popcountll(places);
  // No question whether there are any at all: a processor would guess its answer wrong too often.
  if (__builtin_expect(count > reader->count, 0)) {
    int first = reader->count;
    take_available(info, reader, first, corrections);
    refill(reader);
    count -= first;
    // At most 63 a block; what is not there by now runs dry.
    int second = count < reader->count ? count : reader->count;
    take_available(info, reader, second, corrections);
    refill_below(reader, count -= second);
  }
  take_available(info, reader, count, corrections);
}

/// Sets the lowest bit of the coefficients at some zigzag places.
INLINED void correct(const jpeg_scan *scan, JCOEF *block, uint64_t places) {
  int bit = 1 << scan->shift;
  for (; places != 0; places &= places - 1) {
    JCOEF *coefficient = &block[jpeg_natural_places[__builtin_ctzll(places)]];
    // As libjpeg: a damaged file may set a bit twice.
    if ((*coefficient & bit) == 0) *coefficient += (JCOEF)(*coefficient >= 0 ? bit : -bit);
  }
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

static jpeg_block_row_decoder *fastest_refinement(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2")) return decode_refinement_at_once;
#endif
  return decode_refinement_in_turn;
}

// MARK: - Mean levels: DC coefficients

INLINED void decode_mean(
  j_decompress_ptr info, jpeg_bit_reader *reader, jpeg_scan_component *component, int shift,
  JCOEF *block) {
  refill_below(reader, JPEG_LONGEST_SYMBOL);
  if (component->codes == NULL) {
    if (take(info, reader, 1) == 1) block[0] = (JCOEF)(block[0] | 1 << shift);
    return;
  }
  int size = (int)(take_symbol(info, reader, component->codes) & 15);
  if (size > 0) {
    int step = extended(take(info, reader, size), size);
    // Without signs: damage may make it overflow.
    component->last_mean = (int)((unsigned)component->last_mean + (unsigned)step);
  }
  block[0] = (JCOEF)((unsigned)component->last_mean << shift);
}

/// The units from `start` in the unit row `y` of the current row.
static void decode_means(
  j_decompress_ptr info, jpeg_scan *scan, size_t y, size_t start, size_t count) {
  jpeg_bit_reader reader = scan->reader;
  for (size_t x = start; x < start + count; x++) {
    for (int i = 0; i < scan->component_count; i++) {
      jpeg_scan_component *component = &scan->components[i];
      JBLOCK *blocks =
        component->rows->blocks + y * component->rows->stride + x * (size_t)component->width;
      for (int v = 0; v < component->height; v++, blocks += component->rows->stride) {
        for (int h = 0; h < component->width; h++) {
          decode_mean(info, &reader, component, scan->shift, blocks[h]);
        }
      }
    }
  }
  scan->reader = reader;
}

// MARK: - Units

static void pass_restart_marker(j_decompress_ptr info, jpeg_scan *scan) {
  // libjpeg looks for it: each scan has a place of its own in the source.
  info->src->next_input_byte = scan->reader.next;
  info->src->bytes_in_buffer = (size_t)(scan->reader.end - scan->reader.next);
  info->unread_marker = 0;
  info->marker->next_restart_num = scan->next_restart;
  (*info->marker->read_restart_marker)(info);
  scan->next_restart = info->marker->next_restart_num;
  scan->reader = (jpeg_bit_reader){.next = info->src->next_input_byte, .end = scan->reader.end};
  scan->units_to_restart = scan->restart_interval;
  scan->end_of_band_run = 0;
  for (int i = 0; i < scan->component_count; i++) scan->components[i].last_mean = 0;
}

void jpeg_scan_decode_unit_row(j_decompress_ptr info, jpeg_scan *scan, size_t y) {
  const jpeg_block_rows *rows = scan->components[0].rows;
  for (size_t x = 0, count; x < scan->units_across; x += count) {
    count = scan->units_across - x;
    if (scan->restart_interval > 0) {
      if (scan->units_to_restart == 0) pass_restart_marker(info, scan);
      if (count > scan->units_to_restart) count = scan->units_to_restart;
      scan->units_to_restart -= (uint32_t)count;
    }
    if (scan->decode_details == NULL) {
      decode_means(info, scan, y, x, count);
    } else {
      size_t block = y * rows->stride + x;
      scan->decode_details(info, scan, rows->blocks + block, rows->masks + block, count);
    }
  }
}

// MARK: - Making

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

static jpeg_huffman_table *make_table(j_decompress_ptr info, const JHUFF_TBL *source) {
  jpeg_huffman_table *table =
    (*info->mem->alloc_small)((j_common_ptr)info, JPOOL_IMAGE, sizeof *table);
  jpeg_make_huffman_table(table, source);
  return table;
}

jpeg_scan *jpeg_scan_make(j_decompress_ptr info, jpeg_block_rows *components) {
  jpeg_scan *scan = (*info->mem->alloc_small)((j_common_ptr)info, JPOOL_IMAGE, sizeof *scan);
  *scan = (jpeg_scan){
    .reader =
      {
        .next = info->src->next_input_byte,
        .end = info->src->next_input_byte + info->src->bytes_in_buffer,
      },
    .band = ~0ull << info->Ss & ~0ull >> (DCTSIZE2 - 1 - info->Se),
    .first_place = info->Ss,
    .last_place = info->Se,
    .shift = info->Al,
    .units_across = info->MCUs_per_row,
    .restart_interval = info->restart_interval,
    .units_to_restart = info->restart_interval,
    .component_count = info->comps_in_scan,
  };
  for (int i = 0; i < info->comps_in_scan; i++) {
    const jpeg_component_info *component = info->cur_comp_info[i];
    scan->components[i] = (jpeg_scan_component){
      .rows = &components[component->component_index],
      .width = component->MCU_width,
      .height = component->MCU_height,
    };
    if (info->Ss == 0 && info->Ah == 0) {
      scan->components[i].codes = make_table(info, info->dc_huff_tbl_ptrs[component->dc_tbl_no]);
    }
  }
  if (info->Ss > 0) {
    scan->decode_details = info->Ah == 0 ? decode_first : fastest_refinement();
    const jpeg_component_info *component = info->cur_comp_info[0];
    scan->needed = needed_places(jpeg_scaled_size(component));
    jpeg_make_huffman_table(&scan->codes, info->ac_huff_tbl_ptrs[component->ac_tbl_no]);
  }
  return scan;
}
