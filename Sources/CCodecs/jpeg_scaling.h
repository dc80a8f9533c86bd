#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jpeglib.h>

/// How many pixels wide and high a component's blocks become; 0 where that is not the same.
static inline int jpeg_scaled_size(const jpeg_component_info *component) {
#if JPEG_LIB_VERSION >= 70
  return component->DCT_h_scaled_size == component->DCT_v_scaled_size
           ? component->DCT_h_scaled_size
           : 0;
#else
  return component->DCT_scaled_size;
#endif
}

/// Whether a component's pixels are made of mean levels alone: one a block.
static inline bool jpeg_is_flat(const jpeg_component_info *component) {
  return jpeg_scaled_size(component) == 1;
}
