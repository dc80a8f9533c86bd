#include "jpeg_progressive_decoder.h"

#include <string.h>

#define JPEG_INTERNALS
#include <jpegint.h>

#include "jpeg_marker_search.h"
#include "jpeg_scaling.h"

// MARK: - Rows

/// Block rows of a component in the current row of the picture.
static size_t rows_of(j_decompress_ptr info, const jpeg_component_info *component) {
  size_t height = (size_t)component->v_samp_factor;
  size_t left = component->height_in_blocks - info->output_iMCU_row * height;
  return left < height ? left : height;
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
    for (size_t y = 0; y < unit_rows; y++) jpeg_scan_decode_unit_row(info, scan, y);
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

void jpeg_progressive_decoder_add_scan(jpeg_progressive_decoder *decoder, j_decompress_ptr info) {
  // Details of a component that is drawn by its mean levels are of no use.
  if (info->Ss == 0 || !jpeg_is_flat(info->cur_comp_info[0])) {
    *decoder->end = jpeg_scan_make(info, decoder->components);
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
  return blocks * (sizeof(JBLOCK) + sizeof(uint64_t)) +
         (size_t)info->input_scan_number * JPEG_SCAN_MEMORY;
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
