// Weights for the convolutions in tiles: [output block][pair of input blocks][ky][kx], each a right
// factor of 16 pairs of inputs x 16 outputs, or two, rounded numbers and what that left. So they are
// half the size of the packed single-precision ones, or the same, and fit in the same memory.

// The place of the weight from channel `in` to channel `out`, of `inputs` input channels, at kernel
// position k of `kernel`.
ALWAYS_INLINE ptrdiff_t amx_position(int out, int in, int inputs, int k, int kernel) {
  const ptrdiff_t pair = in / TILE_DEPTH, row = in % TILE_DEPTH / 2;
  return ((out / HANGTAG_BLOCK * pair_count(inputs) + pair) * kernel + k) * FACTOR +
         (row * HANGTAG_BLOCK + out % HANGTAG_BLOCK) * 2 + in % 2;
}

ALWAYS_INLINE void put_weight(const int parts, float value, ptrdiff_t position, float *packed) {
  bfloat16 *place = (bfloat16 *)packed + position / FACTOR * parts * FACTOR + position % FACTOR;
  place[0] = rounded(value);
  if (parts > 1) place[FACTOR] = rounded(value - widened(place[0]));
}

ALWAYS_INLINE void pack_for_tiles(const int parts, const hangtag_weights *w, int first_output,
                                  int last_output, const float *plain, float *packed) {
  const int kernel = w->kernel_height * w->kernel_width;
  FOR_EACH_WEIGHT(w, first_output, last_output) {
    const int k = ky * w->kernel_width + kx;
    put_weight(parts, plain[index], amx_position((int)o, i, w->inputs, k, kernel), packed);
  }
}

static void amx_pack_weights(const hangtag_weights *w, int first_output, int last_output,
                             const float *plain, float *packed) {
  if (uses_tiles(w->kernel_width) && !w->columns_are_channels) {
    pack_for_tiles(1, w, first_output, last_output, plain, packed);
  } else {
    pack_weights(w, first_output, last_output, plain, packed);
  }
}

static void split_pack_weights(const hangtag_weights *w, int first_output, int last_output,
                               const float *plain, float *packed) {
  if (uses_split(w->kernel_width, w->inputs) && !w->columns_are_channels) {
    pack_for_tiles(2, w, first_output, last_output, plain, packed);
  } else {
    pack_weights(w, first_output, last_output, plain, packed);
  }
}

ALWAYS_INLINE void pack_transposed_for_tiles(const int parts, const hangtag_weights *w,
                                             int first_output, int last_output,
                                             const float *plain, float *packed) {
  const int kernel = w->kernel_height * w->kernel_width;
  FOR_EACH_WEIGHT(w, first_output, last_output) {
    const int k = kernel - 1 - (ky * w->kernel_width + kx);
    put_weight(parts, plain[index], amx_position(i, (int)o, w->outputs, k, kernel), packed);
  }
}

static void amx_pack_transposed_weights(const hangtag_weights *w, int first_output,
                                        int last_output, const float *plain, float *packed) {
  if (uses_tiles(w->kernel_width)) {
    pack_transposed_for_tiles(1, w, first_output, last_output, plain, packed);
  } else {
    pack_transposed_weights(w, first_output, last_output, plain, packed);
  }
}

static void split_pack_transposed_weights(const hangtag_weights *w, int first_output,
                                          int last_output, const float *plain, float *packed) {
  if (uses_split(w->kernel_width, w->outputs)) {
    pack_transposed_for_tiles(2, w, first_output, last_output, plain, packed);
  } else {
    pack_transposed_weights(w, first_output, last_output, plain, packed);
  }
}
