#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include "jpeg_scan.h"

/// Decodes a Huffman-coded progressive JPEG in place of libjpeg's entropy decoder and coefficient
/// controller, to the same pixels. libjpeg reads one scan after the other, and so keeps every
/// coefficient of the picture. The whole file being there, this reads all scans side by side, for each
/// row of the picture its part of each: the coefficients of a single row are kept, in the cache. What
/// cannot change a pixel at the chosen scale is left out.
///
/// Four of libjpeg's internal tables of methods are used, those of its input controller, marker reader,
/// coefficient controller and inverse transform, all in jpegint.h since version 6b of 1998.
typedef struct {
  /// In the file's order. They live in libjpeg's memory for the picture.
  jpeg_scan *first, **end;
  jpeg_block_rows components[MAX_COMPONENTS];
} jpeg_progressive_decoder;

/// Starts decompression, in place of jpeg_start_decompress. `decoder` must stay where it is, and
/// `jpeg_progressive_decoder_of` must find it.
void jpeg_progressive_decoder_start(jpeg_progressive_decoder *decoder, j_decompress_ptr info);

/// Notes the scan whose header was read last, and passes over its data. Then jpeg_consume_input reads
/// the next header.
void jpeg_progressive_decoder_add_scan(jpeg_progressive_decoder *decoder, j_decompress_ptr info);

/// Whether no further scan can change a pixel at the chosen scale.
bool jpeg_progressive_decoder_has_enough(j_decompress_ptr info);

/// To be called when it has enough. Then jpeg_read_scanlines draws.
void jpeg_progressive_decoder_finish_scans(jpeg_progressive_decoder *decoder, j_decompress_ptr info);

/// Bytes that a picture's rows and the scans that have been found take at most.
size_t jpeg_progressive_decoder_memory(j_decompress_ptr info);

/// The decoder that belongs to a picture; defined beside whatever `client_data` is.
jpeg_progressive_decoder *jpeg_progressive_decoder_of(j_decompress_ptr info);
