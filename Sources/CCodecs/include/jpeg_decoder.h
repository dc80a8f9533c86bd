#pragma once

#include "codec.h"

/// A decoder for 8-bit Huffman-coded JPEG: baseline, extended and progressive; grayscale, YCbCr,
/// RGB, CMYK and YCCK. One thread at a time. open, read, close; then the next picture.
typedef struct codec_jpeg codec_jpeg;

/// NULL when memory is out.
codec_jpeg *codec_jpeg_create(void);
void codec_jpeg_destroy(codec_jpeg *decoder);

/// Reads the header and chooses the reduction: the smallest DCT scale M/8 that leaves at least
/// `minimum_edge` pixels on the longer edge, then an integer factor of area averaging where even
/// 1/8 is more than twice too large. `bytes` must live until the decoder is closed.
codec_status codec_jpeg_open(
  codec_jpeg *decoder, const uint8_t *bytes, size_t count, const codec_limits *limits,
  uint32_t minimum_edge, codec_picture *picture);

/// Decodes the opened picture to its very end into `rgb`, 3 * width * height bytes.
/// On a failure `rgb` holds nothing of use and the decoder is closed.
codec_status codec_jpeg_read(codec_jpeg *decoder, uint8_t *rgb);

/// Forgets the opened picture; harmless when there is none.
void codec_jpeg_close(codec_jpeg *decoder);

/// Why the last call failed: a phrase without a full stop.
const char *codec_jpeg_message(const codec_jpeg *decoder);
