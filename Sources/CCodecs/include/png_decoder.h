#pragma once

#include "codec.h"

/// A decoder for every PNG of the standard: 1 to 16 bits, gray, RGB, palette, transparency (shown
/// over white), Adam7. One thread at a time. open, read, close; then the next picture.
typedef struct codec_png codec_png;

/// NULL when memory is out.
codec_png *codec_png_create(void);
void codec_png_destroy(codec_png *decoder);

/// Reads the chunks before the picture and chooses the integer factor of area averaging that
/// leaves at least `minimum_edge` and fewer than twice that many pixels on the longer edge (1 for
/// smaller pictures). `bytes` must live until the decoder is closed.
codec_status codec_png_open(
  codec_png *decoder, const uint8_t *bytes, size_t count, const codec_limits *limits,
  uint32_t minimum_edge, codec_picture *picture);

/// Decodes the opened picture to IEND, checksums included, into `rgb`, 3 * width * height bytes.
/// On a failure `rgb` holds nothing of use and the decoder is closed.
codec_status codec_png_read(codec_png *decoder, uint8_t *rgb);

/// Forgets the opened picture; harmless when there is none.
void codec_png_close(codec_png *decoder);

/// Why the last call failed: a phrase without a full stop.
const char *codec_png_message(const codec_png *decoder);
