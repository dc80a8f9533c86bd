#pragma once

#include <stdbool.h>
#include <stdint.h>

/// The least that any program must do with a photo: read its file, digest it, decode it with plain
/// libjpeg or libpng at the scale that Hangtag uses. No queue, no limits, no record, no move.

enum { FLOOR_EDGE = 28 };

typedef struct floor_reader floor_reader;

/// One a thread; it keeps its buffers. NULL when memory is out.
floor_reader *floor_reader_create(void);
void floor_reader_destroy(floor_reader *reader);

/// Works on the photo at `path` and fills `sample` with 28 x 28 gray pixels picked out of it, so
/// that a network has something to look at. False when the file cannot be read or decoded.
bool floor_reader_photo(
  floor_reader *reader, const char *path, uint8_t sample[FLOOR_EDGE * FLOOR_EDGE]);
