#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include "jpeg_bits.h"

enum { JPEG_COEFFICIENT_BITS = 11 };

/// The codes of AC coefficients, made ready so that one look finds up to two with their numbers.
typedef struct {
  /// For the next bits: a `coefficient_pair`, packed.
  uint32_t coefficients[1 << JPEG_COEFFICIENT_BITS];
  jpeg_huffman_table codes;
  bool is_made;
} jpeg_coefficient_table;

/// Decodes the one scan of a baseline or sequential Huffman-coded JPEG in place of libjpeg's own
/// decoder, to the same coefficients but for damaged blocks: codes and numbers of mostly two coefficients
/// are found by one look, where libjpeg takes one after the other.
typedef struct {
  jpeg_bit_reader reader;
  /// The tables of the pictures before: most programs write the same ones into every picture.
  jpeg_huffman_table means[NUM_HUFF_TBLS];
  jpeg_coefficient_table details[NUM_HUFF_TBLS];
  /// Of each component in the scan: the last mean level.
  int last_mean[MAX_COMPS_IN_SCAN];
  size_t units_left;
  /// Until the next restart marker, where there are any.
  uint32_t units_to_restart;
} jpeg_sequential_decoder;

/// Takes over from libjpeg, after jpeg_start_decompress of a picture with one sequential scan.
/// `decoder` must stay where it is, and `jpeg_sequential_decoder_of` must find it.
void jpeg_sequential_decoder_install(jpeg_sequential_decoder *decoder, j_decompress_ptr info);

/// The decoder that belongs to a picture; defined beside whatever `client_data` is.
jpeg_sequential_decoder *jpeg_sequential_decoder_of(j_decompress_ptr info);
