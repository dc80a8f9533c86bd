#pragma once

#include <stddef.h>
#include <stdint.h>

/// What both decoders share: how a picture is bounded, how it is described, how a failure is told.

typedef enum {
  CODEC_OK = 0,
  /// The bytes end before the picture does.
  CODEC_TRUNCATED,
  /// The bytes break the format's rules, or a checksum does not match.
  CODEC_CORRUPT,
  /// A limit of `codec_limits` was met, or memory ran out.
  CODEC_TOO_LARGE,
  /// A legal file of a kind that is not read, such as arithmetic coding.
  CODEC_UNSUPPORTED,
} codec_status;

/// Room for a message, its final zero included.
enum { CODEC_MESSAGE_SIZE = 256 };

typedef struct {
  /// Width times height, as the header claims them.
  uint64_t pixels;
  /// Bytes that one decode may allocate, estimated from the header before anything large is.
  uint64_t memory;
  /// Scans of a progressive or multi-scan JPEG.
  uint32_t scans;
  /// Nanoseconds that one decode may take, from its opening on CLOCK_MONOTONIC; 0: no limit.
  uint64_t nanoseconds;
} codec_limits;

typedef struct {
  /// The picture as stored, before any rotation.
  uint32_t full_width, full_height;
  /// What the read function will write: 3 * width * height bytes, RGB, row after row.
  uint32_t width, height;
  /// The TIFF structure of the file's Exif chunk (PNG only), or NULL. It lives until the decoder is
  /// opened or closed.
  const uint8_t *exif;
  size_t exif_count;
} codec_picture;
