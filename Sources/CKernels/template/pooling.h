// Pooling, forward.

ALWAYS_INLINE void max_pool_of(const int size, hangtag_extent extent, hangtag_map input,
                               hangtag_map output) {
  FOR_EACH_ROW(extent) {
    const float *in = row_of(input, n, b, y * size);
    float *out = row_of(output, n, b, y);
    for (int x = 0; x < extent.width; x++) {
      const float *window = in + x * size * input.pixel;
      block largest = load_block(window);
      for (int wy = 0; wy < size; wy++) {
        for (int wx = 0; wx < size; wx++) {
          largest = block_max(largest, load_block(window + wy * input.row + wx * input.pixel));
        }
      }
      store_block(out + x * output.pixel, largest);
    }
  }
}

// Windows of 2 x 2 are by far the most frequent: the compiler unrolls them.
static void max_pool(hangtag_extent extent, int size, hangtag_map input, hangtag_map output) {
  if (size == 2) {
    max_pool_of(2, extent, input, output);
  } else {
    max_pool_of(size, extent, input, output);
  }
}

static void global_max_pool(hangtag_extent extent, hangtag_map input, hangtag_map output) {
  for (int n = 0; n < extent.images; n++) {
    for (int b = 0; b < block_count(extent.channels); b++) {
      block largest = load_block(row_of(input, n, b, 0));
      for (int y = 0; y < extent.height; y++) {
        const float *in = row_of(input, n, b, y);
        for (int x = 0; x < extent.width; x++) {
          largest = block_max(largest, load_block(in + x * input.pixel));
        }
      }
      store_block(row_of(output, n, b, 0), largest);
    }
  }
}

static void global_average_pool(hangtag_extent extent, hangtag_map input, hangtag_map output) {
  const float share = 1.0f / ((float)extent.height * (float)extent.width);
  for (int n = 0; n < extent.images; n++) {
    for (int b = 0; b < block_count(extent.channels); b++) {
      block sum = (block)(0);
      for (int y = 0; y < extent.height; y++) {
        const float *in = row_of(input, n, b, y);
        for (int x = 0; x < extent.width; x++) sum += load_block(in + x * input.pixel);
      }
      store_block(row_of(output, n, b, 0), sum * share);
    }
  }
}

// Backward.

ALWAYS_INLINE void clear(hangtag_map map, int n, int b, int y, int first, int last) {
  float *row = row_of(map, n, b, y);
  for (int x = first; x < last; x++) store_block(row + x * map.pixel, (block)(0));
}

ALWAYS_INLINE void max_pool_gradient_of(const int size, hangtag_extent extent, hangtag_map input,
                                        hangtag_map output, hangtag_map output_gradient,
                                        hangtag_map input_gradient) {
  const int height = extent.height / size * size;
  const int width = extent.width / size * size;
  for (int n = 0; n < extent.images; n++) {
    for (int b = 0; b < block_count(extent.channels); b++) {
      for (int y = 0; y < height; y += size) {
        const float *in = row_of(input, n, b, y);
        const float *out = row_of(output, n, b, y / size);
        const float *gradient = row_of(output_gradient, n, b, y / size);
        float *result = row_of(input_gradient, n, b, y);
        for (int x = 0; x < width; x += size) {
          const block largest = load_block(out + x / size * output.pixel);
          block rest = load_block(gradient + x / size * output_gradient.pixel);
          for (int wy = 0; wy < size; wy++) {
            for (int wx = x; wx < x + size; wx++) {
              const block value = load_block(in + wy * input.row + wx * input.pixel);
              const block_mask takes = value == largest;
              store_block(result + wy * input_gradient.row + wx * input_gradient.pixel,
                          takes ? rest : (block)(0));
              rest = takes ? (block)(0) : rest;
            }
          }
        }
        // What no window covers.
        for (int wy = 0; wy < size; wy++) clear(input_gradient, n, b, y + wy, width, extent.width);
      }
      for (int y = height; y < extent.height; y++) clear(input_gradient, n, b, y, 0, extent.width);
    }
  }
}

static void max_pool_gradient(hangtag_extent extent, int size, hangtag_map input,
                              hangtag_map output, hangtag_map output_gradient,
                              hangtag_map input_gradient) {
  if (size == 2) {
    max_pool_gradient_of(2, extent, input, output, output_gradient, input_gradient);
  } else {
    max_pool_gradient_of(size, extent, input, output, output_gradient, input_gradient);
  }
}

static void global_max_pool_gradient(hangtag_extent extent, hangtag_map input, hangtag_map output,
                                     hangtag_map output_gradient, hangtag_map input_gradient) {
  for (int n = 0; n < extent.images; n++) {
    for (int b = 0; b < block_count(extent.channels); b++) {
      const block largest = load_block(row_of(output, n, b, 0));
      block rest = load_block(row_of(output_gradient, n, b, 0));
      for (int y = 0; y < extent.height; y++) {
        const float *in = row_of(input, n, b, y);
        float *result = row_of(input_gradient, n, b, y);
        for (int x = 0; x < extent.width; x++) {
          const block_mask takes = load_block(in + x * input.pixel) == largest;
          store_block(result + x * input_gradient.pixel, takes ? rest : (block)(0));
          rest = takes ? (block)(0) : rest;
        }
      }
    }
  }
}

static void global_average_pool_gradient(hangtag_extent extent, hangtag_map output_gradient,
                                         hangtag_map input_gradient) {
  const float share = 1.0f / ((float)extent.height * (float)extent.width);
  FOR_EACH_ROW(extent) {
    const block gradient = load_block(row_of(output_gradient, n, b, 0)) * share;
    float *result = row_of(input_gradient, n, b, y);
    for (int x = 0; x < extent.width; x++) {
      store_block(result + x * input_gradient.pixel, gradient);
    }
  }
}
