#pragma once

#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#include "decode_guard.h"

/// libjpeg's errors and warnings as failures of a decode guard.
typedef struct {
  /// First: libjpeg hands back a pointer to this.
  struct jpeg_error_mgr manager;
  decode_guard *guard;
} jpeg_failures;

/// Sets the handlers up. An error leaves through the guard, and so do the warnings that mean that
/// a part of the picture is missing or wrong; the others are common in sound photos and ignored.
struct jpeg_error_mgr *jpeg_failures_handlers(jpeg_failures *failures, decode_guard *guard);

/// The guard of a picture whose handlers are set up.
decode_guard *jpeg_failures_guard(j_decompress_ptr info);
