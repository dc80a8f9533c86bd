// What happens to each value by itself.

static void relu(hangtag_extent extent, hangtag_map input, hangtag_map output) {
  FOR_EACH_ROW(extent) {
    const float *in = row_of(input, n, b, y);
    float *out = row_of(output, n, b, y);
    for (int x = 0; x < extent.width; x++) {
      store_block(out + x * output.pixel, block_max(load_block(in + x * input.pixel), (block)(0)));
    }
  }
}

static void add(hangtag_extent extent, hangtag_map a, hangtag_map b_map, hangtag_map output) {
  FOR_EACH_ROW(extent) {
    const float *left = row_of(a, n, b, y);
    const float *right = row_of(b_map, n, b, y);
    float *out = row_of(output, n, b, y);
    for (int x = 0; x < extent.width; x++) {
      store_block(out + x * output.pixel,
                  load_block(left + x * a.pixel) + load_block(right + x * b_map.pixel));
    }
  }
}

static void scale_shift(hangtag_extent extent, hangtag_map input, const float *scale,
                        const float *shift, int relu, hangtag_map output) {
  FOR_EACH_ROW(extent) {
    const block factor = load_block(scale + b * HANGTAG_BLOCK);
    const block offset = load_block(shift + b * HANGTAG_BLOCK);
    const float *in = row_of(input, n, b, y);
    float *out = row_of(output, n, b, y);
    for (int x = 0; x < extent.width; x++) {
      block value = load_block(in + x * input.pixel) * factor + offset;
      if (relu) value = block_max(value, (block)(0));
      store_block(out + x * output.pixel, value);
    }
  }
}

static void relu_gradient(hangtag_extent extent, hangtag_map output, hangtag_map output_gradient,
                          hangtag_map input_gradient) {
  FOR_EACH_ROW(extent) {
    const float *value = row_of(output, n, b, y);
    const float *gradient = row_of(output_gradient, n, b, y);
    float *out = row_of(input_gradient, n, b, y);
    for (int x = 0; x < extent.width; x++) {
      const block g = load_block(gradient + x * output_gradient.pixel);
      store_block(out + x * input_gradient.pixel,
                  load_block(value + x * output.pixel) > (block)(0) ? g : (block)(0));
    }
  }
}

static void sum_channels(hangtag_extent extent, hangtag_map input, float *sums) {
  for (int b = 0; b < block_count(extent.channels); b++) {
    block sum = (block)(0);
    for (int n = 0; n < extent.images; n++) {
      for (int y = 0; y < extent.height; y++) {
        const float *in = row_of(input, n, b, y);
        for (int x = 0; x < extent.width; x++) sum += load_block(in + x * input.pixel);
      }
    }
    float *total = sums + b * HANGTAG_BLOCK;
    store_block(total, load_block(total) + sum);
  }
}

static void accumulate(ptrdiff_t count, const float *values, float *sums) {
  for (ptrdiff_t i = 0; i < count; i++) sums[i] += values[i];
}
