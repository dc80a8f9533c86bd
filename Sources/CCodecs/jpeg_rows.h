#pragma once

#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include "area_average.h"
#include "scratch_buffer.h"

/// Reads all rows of a picture whose decompression has been started into RGB, CMYK ones too, reduced as
/// `average` plans. `buffer` takes a full-width row on its way there.
void jpeg_rows_read(
  j_decompress_ptr info, area_average *average, scratch_buffer *buffer, uint8_t *rgb);
