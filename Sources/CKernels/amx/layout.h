// Weights for `amx_convolve`: [output block][pair of input blocks][ky][kx], each a right factor of
// 16 pairs of inputs x 16 outputs. Half the size of the packed single-precision ones, so they fit
// in the same memory.

ALWAYS_INLINE ptrdiff_t pair_count(int channels) { return (block_count(channels) + 1) / 2; }

// The place of the weight from channel `in` to channel `out`, of `inputs` input channels, at kernel
// position k of `kernel`.
ALWAYS_INLINE ptrdiff_t amx_position(int out, int in, int inputs, int k, int kernel) {
  const ptrdiff_t factor = TILE_BYTES / sizeof(bfloat16);
  const ptrdiff_t pair = in / TILE_DEPTH, row = in % TILE_DEPTH / 2;
  return ((out / HANGTAG_BLOCK * pair_count(inputs) + pair) * kernel + k) * factor +
         (row * HANGTAG_BLOCK + out % HANGTAG_BLOCK) * 2 + in % 2;
}

static void amx_pack_weights(const hangtag_weights *w, int first_output, int last_output,
                             const float *plain, float *packed) {
  if (!uses_tiles(w->kernel_width) || w->columns_are_channels) {
    pack_weights(w, first_output, last_output, plain, packed);
    return;
  }
  bfloat16 *target = (bfloat16 *)packed;
  const int kernel = w->kernel_height * w->kernel_width;
  FOR_EACH_WEIGHT(w, first_output, last_output) {
    const int k = ky * w->kernel_width + kx;
    target[amx_position((int)o, i, w->inputs, k, kernel)] = rounded(plain[index]);
  }
}

static void amx_pack_transposed_weights(const hangtag_weights *w, int first_output,
                                        int last_output, const float *plain, float *packed) {
  if (!uses_tiles(w->kernel_width)) {
    pack_transposed_weights(w, first_output, last_output, plain, packed);
    return;
  }
  bfloat16 *target = (bfloat16 *)packed;
  const int kernel = w->kernel_height * w->kernel_width;
  FOR_EACH_WEIGHT(w, first_output, last_output) {
    const int k = kernel - 1 - (ky * w->kernel_width + kx);
    target[amx_position(i, (int)o, w->outputs, k, kernel)] = rounded(plain[index]);
  }
}
