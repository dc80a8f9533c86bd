#include "png_filters.h"

#include <string.h>

#define INLINED static inline __attribute__((always_inline))

// The baseline has no absolute value and no selection.
#if defined(__x86_64__)
#define PER_INSTRUCTION_SET __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define PER_INSTRUCTION_SET
#endif

enum { FILTER_NONE, FILTER_SUB, FILTER_UP, FILTER_AVERAGE, FILTER_PAETH };

/// A pixel's bytes as numbers; the fourth means nothing where a pixel has 3.
typedef int16_t pixel __attribute__((ext_vector_type(4)));
typedef uint8_t pixel_octets __attribute__((ext_vector_type(4)));

INLINED pixel load(const uint8_t *bytes) {
  pixel_octets octets;
  memcpy(&octets, bytes, sizeof octets);
  return __builtin_convertvector(octets, pixel);
}

/// Overwrites a byte of the next pixel where one has 3: rows are written from left to right.
INLINED void store(uint8_t *bytes, pixel value) {
  pixel_octets octets = __builtin_convertvector(value, pixel_octets);
  memcpy(bytes, &octets, sizeof octets);
}

INLINED pixel wrapped(pixel value) { return value & 255; }

/// Of the neighbours left, above and above left: the one that is nearest to left + above - above left.
INLINED pixel paeth(pixel left, pixel above, pixel above_left) {
  pixel from_above_left = above - above_left, from_left = left - above_left;
  pixel to_left = __builtin_elementwise_abs(from_above_left);
  pixel to_above = __builtin_elementwise_abs(from_left);
  pixel to_above_left = __builtin_elementwise_abs(from_above_left + from_left);
  pixel least = __builtin_elementwise_min(
    to_above_left, __builtin_elementwise_min(to_left, to_above));
  return least == to_left ? left : least == to_above ? above : above_left;
}

INLINED void undo_sub(const int step, const uint8_t *in, uint8_t *out, size_t count) {
  pixel left = 0;
  for (size_t i = 0; i < count; i += step) {
    left = wrapped(load(in + i) + left);
    store(out + i, left);
  }
}

INLINED void undo_up(const uint8_t *in, const uint8_t *above, uint8_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = (uint8_t)(in[i] + above[i]);
}

INLINED void undo_average(
  const int step, const uint8_t *in, const uint8_t *above, uint8_t *out, size_t count) {
  pixel left = 0;
  for (size_t i = 0; i < count; i += step) {
    left = wrapped(load(in + i) + ((left + load(above + i)) >> 1));
    store(out + i, left);
  }
}

/// Where one row is on its way: what the next pixel needs of those before it.
typedef struct {
  pixel left, above_left;
} paeth_state;

INLINED pixel undo_paeth_pixel(paeth_state *state, pixel value, pixel above) {
  state->left = wrapped(value + paeth(state->left, above, state->above_left));
  state->above_left = above;
  return state->left;
}

INLINED void undo_paeth(
  const int step, const uint8_t *in, const uint8_t *above, uint8_t *out, size_t count) {
  paeth_state state = {0, 0};
  for (size_t i = 0; i < count; i += step) {
    store(out + i, undo_paeth_pixel(&state, load(in + i), load(above + i)));
  }
}

/// Each pixel waits for the one to its left. So the second row follows the first by one pixel, and
/// the processor works on both at once.
INLINED void undo_paeth_two(
  const int step, const uint8_t *first_in, const uint8_t *second_in, const uint8_t *above,
  uint8_t *first, uint8_t *second, size_t count) {
  paeth_state upper = {0, 0}, lower = {0, 0};
  pixel behind = undo_paeth_pixel(&upper, load(first_in), load(above));
  store(first, behind);
  size_t i = step;
  for (; i < count; i += step) {
    pixel ahead = undo_paeth_pixel(&upper, load(first_in + i), load(above + i));
    store(first + i, ahead);
    store(second + i - step, undo_paeth_pixel(&lower, load(second_in + i - step), behind));
    behind = ahead;
  }
  store(second + i - step, undo_paeth_pixel(&lower, load(second_in + i - step), behind));
}

INLINED bool undo(
  const int step, const uint8_t *scanline, const uint8_t *above, uint8_t *out, size_t count) {
  const uint8_t *in = scanline + 1;
  switch (scanline[0]) {
    case FILTER_NONE: memcpy(out, in, count); return true;
    case FILTER_SUB: undo_sub(step, in, out, count); return true;
    case FILTER_UP: undo_up(in, above, out, count); return true;
    case FILTER_AVERAGE: undo_average(step, in, above, out, count); return true;
    case FILTER_PAETH: undo_paeth(step, in, above, out, count); return true;
    default: return false;
  }
}

PER_INSTRUCTION_SET
bool png_filters_undo(
  int pixel_bytes, const uint8_t *scanline, const uint8_t *above, uint8_t *out, size_t count) {
  return pixel_bytes == 3 ? undo(3, scanline, above, out, count)
                          : undo(4, scanline, above, out, count);
}

PER_INSTRUCTION_SET
bool png_filters_undo_two(
  int pixel_bytes, const uint8_t *scanline, const uint8_t *above, uint8_t *first, uint8_t *second,
  size_t count) {
  const uint8_t *next = scanline + 1 + count;
  if (scanline[0] == FILTER_PAETH && next[0] == FILTER_PAETH) {
    if (pixel_bytes == 3) undo_paeth_two(3, scanline + 1, next + 1, above, first, second, count);
    else undo_paeth_two(4, scanline + 1, next + 1, above, first, second, count);
    return true;
  }
  return png_filters_undo(pixel_bytes, scanline, above, first, count) &&
         png_filters_undo(pixel_bytes, next, first, second, count);
}
