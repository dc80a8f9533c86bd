#include "jpeg_marker_search.h"

#include <string.h>

size_t codec_jpeg_next_marker(const uint8_t *bytes, size_t count, size_t start) {
  size_t position = start;
  while (position + 1 < count) {
    const uint8_t *found = memchr(bytes + position, 0xFF, count - 1 - position);
    if (found == NULL) return count;
    position = (size_t)(found - bytes);
    uint8_t code = bytes[position + 1];
    if (code == 0xFF) {
      position += 1;
    } else if (code == 0x00 || (code >= 0xD0 && code <= 0xD7)) {
      position += 2;
    } else {
      return position;
    }
  }
  return count;
}
