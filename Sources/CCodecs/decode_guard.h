#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "codec.h"

/// The failure and the limits of one decode. Both decoders hold one; the libraries' error handlers
/// leave through it.
///
/// A function that calls into a library begins with `if (setjmp(guard->exit)) return ...;` and then
/// calls a second function that does the work: no local variable changes between the setjmp and a
/// longjmp, so none needs to be volatile.
typedef struct {
  jmp_buf exit;
  codec_status status;
  char message[CODEC_MESSAGE_SIZE];
  codec_limits limits;
  /// On CLOCK_MONOTONIC; 0: none.
  uint64_t deadline;
} decode_guard;

/// Starts the clock of a decode.
void decode_guard_begin(decode_guard *guard, const codec_limits *limits);

/// Notes the failure and leaves by longjmp.
_Noreturn void decode_guard_fail(decode_guard *guard, codec_status status, const char *format, ...)
  __attribute__((format(printf, 3, 4)));

/// Leaves when the picture has more pixels than it may.
void decode_guard_check_pixels(decode_guard *guard, uint64_t width, uint64_t height);

/// Leaves when a decode would allocate more than it may.
void decode_guard_check_memory(decode_guard *guard, uint64_t bytes);

/// Leaves when memory is out.
void decode_guard_require_memory(decode_guard *guard, bool has_memory);

/// Leaves when the time is up. Called between rows: it costs one reading of the clock.
void decode_guard_check_time(decode_guard *guard);
