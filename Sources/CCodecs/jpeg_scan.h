#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include "jpeg_bits.h"

/// The blocks of one component in the current row of the picture.
typedef struct {
  const jpeg_component_info *info;
  /// One block row after the other, each `stride` blocks. Coefficients in their natural order.
  JBLOCK *blocks;
  /// One mask a block: a bit for each zigzag place that holds no zero any more.
  uint64_t *masks;
  /// Blocks in a block row, with those beyond the edge that scans of several components bring.
  size_t stride;
} jpeg_block_rows;

/// A component within a scan.
typedef struct {
  jpeg_block_rows *rows;
  /// Of its mean levels; NULL where they are refined, bit by bit.
  const jpeg_huffman_table *codes;
  /// Blocks side by side and below each other in one unit of the scan.
  int width, height;
  int last_mean;
} jpeg_scan_component;

typedef struct jpeg_scan jpeg_scan;

typedef void jpeg_block_row_decoder(
  j_decompress_ptr info, jpeg_scan *scan, JBLOCK *blocks, uint64_t *masks, size_t count);

/// One scan, read as far as the rows that have been drawn.
///
/// Its units are single blocks of its one component, or of each of its components the blocks that cover
/// the same pixels: what libjpeg calls an MCU.
///
/// Refining scans take a fraction of libjpeg's time: it looks at each of a block's 63 coefficients, and
/// takes correction bits one by one; this keeps a bit mask of the coefficients that are not zero, and
/// spreads a block's correction bits over it at once.
struct jpeg_scan {
  jpeg_scan *next;
  jpeg_bit_reader reader;
  /// Of the AC coefficients.
  jpeg_huffman_table codes;
  /// NULL in a scan of mean levels.
  jpeg_block_row_decoder *decode_details;
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
  jpeg_scan_component components[MAX_COMPS_IN_SCAN];
};

/// Bytes that a scan takes at most.
enum { JPEG_SCAN_MEMORY = sizeof(jpeg_scan) + MAX_COMPS_IN_SCAN * sizeof(jpeg_huffman_table) };

/// The scan whose header libjpeg has read last, and found sound with its tables; to be read from the
/// source's place on, into the picture's `components`. It lives in libjpeg's memory for the picture.
jpeg_scan *jpeg_scan_make(j_decompress_ptr info, jpeg_block_rows *components);

/// Reads a row of its units, the `y`th in the current row of the picture.
void jpeg_scan_decode_unit_row(j_decompress_ptr info, jpeg_scan *scan, size_t y);
