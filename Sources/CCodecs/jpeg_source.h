#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

/// A whole file in memory as libjpeg's source. libjpeg's own would invent an end of image where there is
/// none, and leave the rest of the picture gray; this one ends the decode.
struct jpeg_source_mgr jpeg_source(const uint8_t *bytes, size_t count);

/// Ends the decode of a file that is not all there.
_Noreturn void jpeg_source_end_is_missing(j_decompress_ptr info);
