#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include "jpeg_progressive_decoder.h"

/// Finds the scans of a progressive picture for `decoder`, until no further one can change a pixel at the
/// chosen scale; what lies behind them is only walked over. False where the last scan leaves something
/// open.
///
/// Too many scans, a missing component and a missing end fail. `memory_besides` is what else the picture
/// takes, in bytes.
bool jpeg_scan_search(
  j_decompress_ptr info, jpeg_progressive_decoder *decoder, uint64_t memory_besides);

/// Lets libjpeg take in all scans of a picture in buffered-image mode. Fails likewise.
void jpeg_scan_search_read_all(j_decompress_ptr info);
