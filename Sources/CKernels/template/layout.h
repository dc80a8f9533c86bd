// Between plain memory, [image][channel][row][column], and maps.

static void pack(hangtag_extent extent, const float *plain, ptrdiff_t stride, hangtag_map output) {
  for (int n = 0; n < extent.images; n++) {
    const float *in = plain + n * stride;
    for (int c = 0; c < extent.channels; c++) {
      for (int y = 0; y < extent.height; y++) {
        float *out = row_of(output, n, c / HANGTAG_BLOCK, y) + c % HANGTAG_BLOCK;
        for (int x = 0; x < extent.width; x++) out[x * output.pixel] = *in++;
      }
    }
  }
}

static void unpack(hangtag_extent extent, hangtag_map input, float *plain, ptrdiff_t stride) {
  for (int n = 0; n < extent.images; n++) {
    float *out = plain + n * stride;
    for (int c = 0; c < extent.channels; c++) {
      for (int y = 0; y < extent.height; y++) {
        const float *in = row_of(input, n, c / HANGTAG_BLOCK, y) + c % HANGTAG_BLOCK;
        for (int x = 0; x < extent.width; x++) *out++ = in[x * input.pixel];
      }
    }
  }
}

ALWAYS_INLINE ptrdiff_t channel_position(int channel, ptrdiff_t block_distance, int step) {
  return channel / HANGTAG_BLOCK * block_distance + channel % HANGTAG_BLOCK * step;
}

// Where a weight stands when packed.
ALWAYS_INLINE ptrdiff_t packed_position(const hangtag_weights *w, int o, int i, int ky, int kx) {
  const ptrdiff_t matrix = HANGTAG_BLOCK * HANGTAG_BLOCK;
  if (w->columns_are_channels) {
    const ptrdiff_t input_block = w->kernel_height * matrix;
    const int channel_blocks = block_count(w->inputs * w->kernel_width);
    return channel_position(o, channel_blocks * input_block, 1) +
           channel_position(kx * w->inputs + i, input_block, HANGTAG_BLOCK) + ky * matrix;
  }
  const ptrdiff_t input_block = w->kernel_height * w->kernel_width * matrix;
  return channel_position(o, block_count(w->inputs) * input_block, 1) +
         channel_position(i, input_block, HANGTAG_BLOCK) + (ky * w->kernel_width + kx) * matrix;
}

// Where it stands when packed for the input gradient.
ALWAYS_INLINE ptrdiff_t transposed_position(const hangtag_weights *w, int o, int i, int ky,
                                            int kx) {
  const ptrdiff_t matrix = HANGTAG_BLOCK * HANGTAG_BLOCK;
  const ptrdiff_t output_block = w->kernel_height * w->kernel_width * matrix;
  const int last = w->kernel_height * w->kernel_width - 1;
  return channel_position(i, block_count(w->outputs) * output_block, 1) +
         channel_position(o, output_block, HANGTAG_BLOCK) +
         (last - ky * w->kernel_width - kx) * matrix;
}

// Each weight of some outputs, in plain order: `body` sees o, i, ky, kx and the index in plain.
#define FOR_EACH_WEIGHT(w, first, last)                                                       \
  for (ptrdiff_t o = (first), index = o * w->inputs * w->kernel_height * w->kernel_width;     \
       o < (last); o++)                                                                       \
    for (int i = 0; i < w->inputs; i++)                                                       \
      for (int ky = 0; ky < w->kernel_height; ky++)                                           \
        for (int kx = 0; kx < w->kernel_width; kx++, index++)

static void pack_weights(const hangtag_weights *w, int first_output, int last_output,
                         const float *plain, float *packed) {
  FOR_EACH_WEIGHT(w, first_output, last_output) {
    packed[packed_position(w, (int)o, i, ky, kx)] = plain[index];
  }
}

static void pack_transposed_weights(const hangtag_weights *w, int first_output, int last_output,
                                    const float *plain, float *packed) {
  FOR_EACH_WEIGHT(w, first_output, last_output) {
    packed[transposed_position(w, (int)o, i, ky, kx)] = plain[index];
  }
}

static void unpack_weights(const hangtag_weights *w, int first_output, int last_output,
                           const float *packed, float *plain) {
  FOR_EACH_WEIGHT(w, first_output, last_output) {
    plain[index] = packed[packed_position(w, (int)o, i, ky, kx)];
  }
}
