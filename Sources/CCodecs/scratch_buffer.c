#include "scratch_buffer.h"

#include <stdlib.h>

bool scratch_buffer_reserve(scratch_buffer *buffer, size_t count) {
  if (count <= buffer->capacity) return true;
  scratch_buffer_free(buffer);
  buffer->bytes = malloc(count);
  if (buffer->bytes != NULL) buffer->capacity = count;
  return buffer->bytes != NULL;
}

void scratch_buffer_free(scratch_buffer *buffer) {
  free(buffer->bytes);
  *buffer = (scratch_buffer){0};
}
