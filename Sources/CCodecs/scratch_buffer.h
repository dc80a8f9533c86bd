#pragma once

#include <stdbool.h>
#include <stddef.h>

/// Memory that a decoder keeps from one picture to the next. All zero: empty.
typedef struct {
  void *bytes;
  size_t capacity;
} scratch_buffer;

/// Makes room for `count` bytes, whose contents are not kept. False when memory is out.
bool scratch_buffer_reserve(scratch_buffer *buffer, size_t count);

void scratch_buffer_free(scratch_buffer *buffer);
