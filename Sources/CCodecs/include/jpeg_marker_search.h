#pragma once

#include <stddef.h>
#include <stdint.h>

/// The index, from `start` on, of the 0xFF that begins the next JPEG marker, passing over stuffed
/// bytes (FF 00), fill bytes (FF FF) and restart markers; `count` when there is none. An 0xFF that
/// is the last byte begins no marker yet.
size_t codec_jpeg_next_marker(const uint8_t *bytes, size_t count, size_t start);
