// Dropout with random bits from a counter: Philox4x32-10 (Salmon et al., "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011), sixteen counters at a time.

typedef uint32_t words __attribute__((ext_vector_type(HANGTAG_BLOCK)));
typedef uint64_t long_words __attribute__((ext_vector_type(HANGTAG_BLOCK)));

ALWAYS_INLINE words multiply_high(words a, uint32_t factor) {
  const long_words product = __builtin_convertvector(a, long_words) * (uint64_t)factor;
  return __builtin_convertvector(product >> 32, words);
}

ALWAYS_INLINE void philox(words counter[4], uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; round++) {
    const words high0 = multiply_high(counter[0], 0xD2511F53);
    const words high1 = multiply_high(counter[2], 0xCD9E8D57);
    const words low0 = counter[0] * 0xD2511F53;
    const words low1 = counter[2] * 0xCD9E8D57;
    counter[0] = high1 ^ counter[1] ^ key0;
    counter[1] = low1;
    counter[2] = high0 ^ counter[3] ^ key1;
    counter[3] = low0;
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
}

static void dropout(hangtag_extent extent, const hangtag_dropout *d, hangtag_map input,
                    hangtag_map output) {
  const words lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  words bits[4];
  uint32_t position = 0;  // of the pixel's block within its image
  int image = -1;
  FOR_EACH_ROW(extent) {
    if (n != image) {
      image = n;
      position = 0;
    }
    const float *in = row_of(input, n, b, y);
    float *out = row_of(output, n, b, y);
    for (int x = 0; x < extent.width; x++, position++) {
      // Sixteen counters give the bits of four blocks.
      if (position % 4 == 0) {
        bits[0] = position / 4 * HANGTAG_BLOCK + lanes;
        bits[1] = (words)(d->first_image + (uint32_t)n);
        bits[2] = (words)(d->step);
        bits[3] = (words)(d->layer);
        philox(bits, d->key[0], d->key[1]);
      }
      const block value = load_block(in + x * input.pixel) * d->scale;
      store_block(out + x * output.pixel,
                  bits[position % 4] >= d->threshold ? value : (block)(0));
    }
  }
}
