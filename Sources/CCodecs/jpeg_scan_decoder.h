#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include "jpeg_bits.h"
#include "scratch_buffer.h"

/// Decodes the AC scans of a progressive JPEG in place of libjpeg's own decoder, to the same
/// coefficients, several times as fast: libjpeg looks at each of a block's 63 coefficients in every
/// refining scan, and takes correction bits one by one; this keeps a bit mask of the coefficients
/// that are not zero, and spreads a block's correction bits over it at once. It also
/// leaves out what cannot change a pixel at the chosen scale. DC scans and scans with restart markers
/// stay with libjpeg.
///
/// libjpeg calls its entropy decoder through a table of methods, `struct jpeg_entropy_decoder`, the
/// same since version 6b of 1998. Two of them are replaced.
typedef struct {
  void (*start_pass)(j_decompress_ptr info);
  jpeg_bit_reader reader;
  jpeg_huffman_table table;
  /// One mask a block, the components one after the other; a bit for each zigzag place.
  scratch_buffer masks;
  size_t component_start[MAX_COMPONENTS];
  uint64_t *mask;
  /// The zigzag places whose coefficients matter at the chosen scale.
  uint64_t needed;
  size_t blocks_left;
  /// Blocks still to come, this one included, in which the band holds nothing new.
  uint32_t end_of_band_run;
  /// After a scan that libjpeg decoded the masks are out of date.
  bool is_off;
} jpeg_scan_decoder;

/// Takes over from libjpeg, after jpeg_start_decompress of a progressive picture. `decoder` must
/// stay where it is, and `jpeg_scan_decoder_of` must find it. False when memory is out.
bool jpeg_scan_decoder_install(jpeg_scan_decoder *decoder, j_decompress_ptr info);

/// Bytes of masks that a picture needs.
size_t jpeg_scan_decoder_memory(j_decompress_ptr info);

/// Whether no further scan can change a pixel at the chosen scale. To be asked between scans.
bool jpeg_scan_decoder_has_enough(j_decompress_ptr info);

/// The decoder that belongs to a picture; defined beside whatever `client_data` is.
jpeg_scan_decoder *jpeg_scan_decoder_of(j_decompress_ptr info);
