// Batch normalisation in training (Ioffe & Szegedy 2015). Forward: moments of each image, which
// the caller combines over the batch, then scale_shift. Backward: sums of each image, which the
// caller combines, then the gradient.

static void moments(hangtag_extent extent, hangtag_map input, float *mean, float *squares,
                    ptrdiff_t stride) {
  const float share = 1.0f / ((float)extent.height * (float)extent.width);
  for (int n = 0; n < extent.images; n++) {
    for (int b = 0; b < block_count(extent.channels); b++) {
      // Two passes, the second from the cache: exact where the mean is large beside the deviation.
      block sum = (block)(0);
      for (int y = 0; y < extent.height; y++) {
        const float *in = row_of(input, n, b, y);
        for (int x = 0; x < extent.width; x++) sum += load_block(in + x * input.pixel);
      }
      const block center = sum * share;
      block deviation = (block)(0);
      for (int y = 0; y < extent.height; y++) {
        const float *in = row_of(input, n, b, y);
        for (int x = 0; x < extent.width; x++) {
          const block difference = load_block(in + x * input.pixel) - center;
          deviation += difference * difference;
        }
      }
      store_block(mean + n * stride + b * HANGTAG_BLOCK, center);
      store_block(squares + n * stride + b * HANGTAG_BLOCK, deviation);
    }
  }
}

// The gradient before the relu: where the output, computed as in the forward pass, is positive.
ALWAYS_INLINE block gradient_before_relu(const int relu, block input, block scale, block shift,
                                         block gradient) {
  return relu ? (input * scale + shift > (block)(0) ? gradient : (block)(0)) : gradient;
}

ALWAYS_INLINE void batch_norm_sums_of(const int relu, hangtag_extent extent,
                                      const hangtag_batch_norm *norm, hangtag_map input,
                                      hangtag_map output_gradient, float *sums, float *products,
                                      ptrdiff_t stride) {
  for (int n = 0; n < extent.images; n++) {
    for (int b = 0; b < block_count(extent.channels); b++) {
      const block scale = load_block(norm->scale + b * HANGTAG_BLOCK);
      const block shift = load_block(norm->shift + b * HANGTAG_BLOCK);
      const block mean = load_block(norm->mean + b * HANGTAG_BLOCK);
      block sum = (block)(0);
      block product = (block)(0);
      for (int y = 0; y < extent.height; y++) {
        const float *in = row_of(input, n, b, y);
        const float *gradient = row_of(output_gradient, n, b, y);
        for (int x = 0; x < extent.width; x++) {
          const block value = load_block(in + x * input.pixel);
          const block g = gradient_before_relu(
              relu, value, scale, shift, load_block(gradient + x * output_gradient.pixel));
          sum += g;
          product += g * (value - mean);
        }
      }
      store_block(sums + n * stride + b * HANGTAG_BLOCK, sum);
      store_block(products + n * stride + b * HANGTAG_BLOCK, product);
    }
  }
}

static void batch_norm_sums(hangtag_extent extent, const hangtag_batch_norm *norm,
                            hangtag_map input, hangtag_map output_gradient, float *sums,
                            float *products, ptrdiff_t stride) {
  if (norm->relu) {
    batch_norm_sums_of(1, extent, norm, input, output_gradient, sums, products, stride);
  } else {
    batch_norm_sums_of(0, extent, norm, input, output_gradient, sums, products, stride);
  }
}

ALWAYS_INLINE void batch_norm_gradient_of(const int relu, hangtag_extent extent,
                                          const hangtag_batch_norm *norm, hangtag_map input,
                                          hangtag_map output_gradient,
                                          hangtag_map input_gradient) {
  FOR_EACH_ROW(extent) {
    const block scale = load_block(norm->scale + b * HANGTAG_BLOCK);
    const block shift = load_block(norm->shift + b * HANGTAG_BLOCK);
    const block mean = load_block(norm->mean + b * HANGTAG_BLOCK);
    const block slope = load_block(norm->slope + b * HANGTAG_BLOCK);
    const block offset = load_block(norm->offset + b * HANGTAG_BLOCK);
    const float *in = row_of(input, n, b, y);
    const float *gradient = row_of(output_gradient, n, b, y);
    float *out = row_of(input_gradient, n, b, y);
    for (int x = 0; x < extent.width; x++) {
      const block value = load_block(in + x * input.pixel);
      const block g = gradient_before_relu(relu, value, scale, shift,
                                           load_block(gradient + x * output_gradient.pixel));
      store_block(out + x * input_gradient.pixel, scale * g + (slope * (value - mean) + offset));
    }
  }
}

static void batch_norm_gradient(hangtag_extent extent, const hangtag_batch_norm *norm,
                                hangtag_map input, hangtag_map output_gradient,
                                hangtag_map input_gradient) {
  if (norm->relu) {
    batch_norm_gradient_of(1, extent, norm, input, output_gradient, input_gradient);
  } else {
    batch_norm_gradient_of(0, extent, norm, input, output_gradient, input_gradient);
  }
}
