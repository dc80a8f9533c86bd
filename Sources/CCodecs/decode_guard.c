#include "decode_guard.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

// As in a JPEG. A row of one pixel costs as much as a thousand in a row do.
enum { LONGEST_EDGE = 65535 };

static uint64_t monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void decode_guard_begin(decode_guard *guard, const codec_limits *limits) {
  guard->status = CODEC_OK;
  guard->message[0] = 0;
  guard->limits = *limits;
  guard->deadline =
    limits->nanoseconds == 0 ? 0 : monotonic_nanoseconds() + limits->nanoseconds;
}

void decode_guard_fail(decode_guard *guard, codec_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(guard->message, sizeof guard->message, format, arguments);
  va_end(arguments);
  guard->status = status;
  longjmp(guard->exit, 1);
}

void decode_guard_check_pixels(decode_guard *guard, uint64_t width, uint64_t height) {
  if (width > LONGEST_EDGE || height > LONGEST_EDGE) {
    decode_guard_fail(
      guard, CODEC_TOO_LARGE,
      "its header claims %" PRIu64 " x %" PRIu64 " pixels and the limit is %d for an edge", width,
      height, LONGEST_EDGE);
  }
  // Both are at most 2^32, so that the product cannot wrap.
  if (width * height > guard->limits.pixels) {
    decode_guard_fail(
      guard, CODEC_TOO_LARGE,
      "its header claims %" PRIu64 " x %" PRIu64 " pixels and the limit is %" PRIu64 " in all",
      width, height, guard->limits.pixels);
  }
}

void decode_guard_check_memory(decode_guard *guard, uint64_t bytes) {
  if (bytes > guard->limits.memory) {
    decode_guard_fail(
      guard, CODEC_TOO_LARGE,
      "decoding it needs %" PRIu64 " MB of memory and the limit is %" PRIu64 " MB",
      bytes / 1000000, guard->limits.memory / 1000000);
  }
}

void decode_guard_require_memory(decode_guard *guard, bool has_memory) {
  if (!has_memory) decode_guard_fail(guard, CODEC_TOO_LARGE, "the machine's memory is out");
}

void decode_guard_check_time(decode_guard *guard) {
  if (guard->deadline != 0 && monotonic_nanoseconds() > guard->deadline) {
    decode_guard_fail(
      guard, CODEC_TOO_LARGE, "decoding it takes longer than the limit of %.1f s",
      (double)guard->limits.nanoseconds / 1e9);
  }
}
