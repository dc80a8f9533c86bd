// Vectors as clang's extension has them; addresses need no more than a number's alignment.

// How a wide vector is passed differs between instruction sets. None is: every function that takes
// one is inlined.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float vector __attribute__((ext_vector_type(LANES)));
typedef float unaligned_vector __attribute__((ext_vector_type(LANES), aligned(4)));

// The channels of one block of one pixel, however many registers that takes.
typedef float block __attribute__((ext_vector_type(HANGTAG_BLOCK)));
typedef float unaligned_block __attribute__((ext_vector_type(HANGTAG_BLOCK), aligned(4)));
typedef int32_t block_mask __attribute__((ext_vector_type(HANGTAG_BLOCK)));

#define ALWAYS_INLINE static inline __attribute__((always_inline))
// For loops over registers: their counts are constants once the function is inlined.
#define UNROLLED _Pragma("clang loop unroll(full)")

ALWAYS_INLINE vector load(const float *p) { return *(const unaligned_vector *)p; }
ALWAYS_INLINE void store(float *p, vector v) { *(unaligned_vector *)p = v; }
ALWAYS_INLINE vector vector_max(vector a, vector b) { return a > b ? a : b; }

ALWAYS_INLINE block load_block(const float *p) { return *(const unaligned_block *)p; }
ALWAYS_INLINE void store_block(float *p, block v) { *(unaligned_block *)p = v; }
ALWAYS_INLINE block block_max(block a, block b) { return a > b ? a : b; }

ALWAYS_INLINE int block_count(int channels) {
  return (channels + HANGTAG_BLOCK - 1) / HANGTAG_BLOCK;
}

// The rows of every block of every image: `body` sees the image n, the block b and the row y.
#define FOR_EACH_ROW(extent)                                \
  for (int n = 0; n < (extent).images; n++)                 \
    for (int b = 0; b < block_count((extent).channels); b++) \
      for (int y = 0; y < (extent).height; y++)

ALWAYS_INLINE float *row_of(hangtag_map map, int n, int b, int y) {
  return map.data + n * map.image + b * map.block + y * map.row;
}
