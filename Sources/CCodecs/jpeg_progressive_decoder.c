#include "jpeg_progressive_decoder.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define JPEG_INTERNALS
#include <jpegint.h>

#include "jpeg_marker_search.h"
#include "jpeg_scaling.h"

/// A component within a scan.
typedef struct {
  jpeg_block_rows *rows;
  /// Of its mean levels; NULL where they are refined, bit by bit.
  const jpeg_huffman_table *codes;
  /// Blocks side by side and below each other in one unit of the scan.
  int width, height;
  int last_mean;
} scan_component;

typedef void block_row_decoder(
  j_decompress_ptr info, jpeg_scan *scan, JBLOCK *blocks, uint64_t *masks, size_t count);

/// One scan, read as far as the rows that have been drawn.
///
/// Its units are single blocks of its one component, or of each of its components the blocks that cover
/// the same pixels: what libjpeg calls an MCU.
struct jpeg_scan {
  jpeg_scan *next;
  jpeg_bit_reader reader;
  /// Of the AC coefficients.
  jpeg_huffman_table codes;
  /// NULL in a scan of mean levels.
  block_row_decoder *decode_details;
  /// The zigzag places whose coefficients matter at the chosen scale.
  uint64_t needed;
  /// The zigzag places that the scan is about.
  uint64_t band;
  int first_place, last_place;
  /// The lowest bit that it brings.
  int shift;
  /// Blocks still to come, this one included, in which the band holds nothing new.
  uint32_t end_of_band_run;
  size_t units_across;
  /// Until the next restart marker, where there are any.
  uint32_t restart_interval, units_to_restart;
  /// The number of that marker, 0 to 7.
  int next_restart;
  int component_count;
  scan_component components[MAX_COMPS_IN_SCAN];
};

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

static block_row_decoder *fastest_refinement(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2")) return decode_refinement_at_once;
#endif
  return decode_refinement_in_turn;
}

// MARK: - Mean levels: DC coefficients

INLINED void decode_mean(
  j_decompress_ptr info, jpeg_bit_reader *reader, scan_component *component, int shift,
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
      scan_component *component = &scan->components[i];
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

// MARK: - Rows

/// Block rows of a component in the current row of the picture.
static size_t rows_of(j_decompress_ptr info, const jpeg_component_info *component) {
  size_t height = (size_t)component->v_samp_factor;
  size_t left = component->height_in_blocks - info->output_iMCU_row * height;
  return left < height ? left : height;
}

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

/// A row of a scan's units, restart by restart.
static void decode_unit_row(j_decompress_ptr info, jpeg_scan *scan, size_t y) {
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

/// The current row's coefficients, from all scans.
static void decode_row(j_decompress_ptr info, jpeg_progressive_decoder *decoder) {
  for (int i = 0; i < info->num_components; i++) {
    jpeg_block_rows *rows = &decoder->components[i];
    size_t count = rows->stride * (size_t)rows->info->v_samp_factor;
    memset(rows->blocks, 0, count * sizeof(JBLOCK));
    memset(rows->masks, 0, count * sizeof(uint64_t));
  }
  for (jpeg_scan *scan = decoder->first; scan != NULL; scan = scan->next) {
    size_t unit_rows =
      scan->component_count > 1 ? 1 : rows_of(info, scan->components[0].rows->info);
    for (size_t y = 0; y < unit_rows; y++) decode_unit_row(info, scan, y);
  }
}

/// Turns a component's coefficients into pixels.
static void transform(j_decompress_ptr info, const jpeg_block_rows *rows, JSAMPARRAY pixels) {
  jpeg_component_info *component = &info->comp_info[rows->info->component_index];
  inverse_DCT_method_ptr inverse = info->idct->inverse_DCT[component->component_index];
#if JPEG_LIB_VERSION >= 70
  int width = component->DCT_h_scaled_size, height = component->DCT_v_scaled_size;
#else
  int width = component->DCT_scaled_size, height = component->DCT_scaled_size;
#endif
  size_t count = rows_of(info, component);
  for (size_t y = 0; y < count; y++, pixels += height) {
    JBLOCK *blocks = rows->blocks + y * rows->stride;
    JDIMENSION column = 0;
    for (size_t x = 0; x < component->width_in_blocks; x++, column += (JDIMENSION)width) {
      (*inverse)(info, component, blocks[x], pixels, column);
    }
  }
}

/// As libjpeg's coefficient controller: one row of the picture, of as many lines as its largest
/// component has in a unit.
static int decompress_row(j_decompress_ptr info, JSAMPIMAGE pixels) {
  jpeg_progressive_decoder *decoder = jpeg_progressive_decoder_of(info);
  decode_row(info, decoder);
  for (int i = 0; i < info->num_components; i++) {
    if (info->comp_info[i].component_needed) {
      transform(info, &decoder->components[i], pixels[i]);
    }
  }
  return ++info->output_iMCU_row < info->total_iMCU_rows ? JPEG_ROW_COMPLETED
                                                         : JPEG_SCAN_COMPLETED;
}

// MARK: - Scans

void jpeg_progressive_decoder_start(jpeg_progressive_decoder *decoder, j_decompress_ptr info) {
  decoder->first = NULL;
  decoder->end = &decoder->first;
  // So libjpeg does not allocate the coefficients of the whole picture, nor read to its end.
  info->inputctl->has_multiple_scans = FALSE;
  jpeg_start_decompress(info);
  info->inputctl->has_multiple_scans = TRUE;
  info->coef->decompress_data = decompress_row;
}

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

/// The current scan, to be read from the source's place on. libjpeg has checked its header and tables.
static jpeg_scan *make_scan(jpeg_progressive_decoder *decoder, j_decompress_ptr info) {
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
    scan->components[i] = (scan_component){
      .rows = &decoder->components[component->component_index],
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

void jpeg_progressive_decoder_add_scan(jpeg_progressive_decoder *decoder, j_decompress_ptr info) {
  // Details of a component that is drawn by its mean levels are of no use.
  if (info->Ss == 0 || !jpeg_is_flat(info->cur_comp_info[0])) {
    *decoder->end = make_scan(decoder, info);
    decoder->end = &(*decoder->end)->next;
  }
  struct jpeg_source_mgr *source = info->src;
  size_t count = codec_jpeg_next_marker(source->next_input_byte, source->bytes_in_buffer, 0);
  source->next_input_byte += count;
  source->bytes_in_buffer -= count;
  (*info->inputctl->finish_input_pass)(info);
}

bool jpeg_progressive_decoder_has_enough(j_decompress_ptr info) {
  for (int i = 0; i < info->num_components; i++) {
    int last = jpeg_is_flat(&info->comp_info[i]) ? 0 : DCTSIZE2 - 1;
    for (int k = 0; k <= last; k++) {
      if (info->coef_bits[i][k] != 0) return false;
    }
  }
  return true;
}

// MARK: - Memory

/// Blocks of one component in a row of the picture, padded to whole units.
static size_t blocks_across(const jpeg_component_info *component) {
  size_t factor = (size_t)component->h_samp_factor;
  return (component->width_in_blocks + factor - 1) / factor * factor;
}

static size_t block_count(const jpeg_component_info *component) {
  return blocks_across(component) * (size_t)component->v_samp_factor;
}

size_t jpeg_progressive_decoder_memory(j_decompress_ptr info) {
  size_t blocks = 0;
  for (int i = 0; i < info->num_components; i++) blocks += block_count(&info->comp_info[i]);
  size_t scan = sizeof(jpeg_scan) + MAX_COMPS_IN_SCAN * sizeof(jpeg_huffman_table);
  return blocks * (sizeof(JBLOCK) + sizeof(uint64_t)) + (size_t)info->input_scan_number * scan;
}

static void *allocate(j_decompress_ptr info, size_t count) {
  return (*info->mem->alloc_large)((j_common_ptr)info, JPOOL_IMAGE, count);
}

void jpeg_progressive_decoder_finish_scans(jpeg_progressive_decoder *decoder, j_decompress_ptr info) {
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *component = &info->comp_info[i];
    size_t count = block_count(component);
    decoder->components[i] = (jpeg_block_rows){
      .info = component,
      .blocks = allocate(info, count * sizeof(JBLOCK)),
      .masks = allocate(info, count * sizeof(uint64_t)),
      .stride = blocks_across(component),
    };
  }
  // When decompression started, components of later scans had no quantisation tables yet.
  (*info->idct->start_pass)(info);
}
