// The tile registers as all kernels here use them: eight of 16 rows of 64 bytes, so a row holds 16
// sums or 32 bfloat16. Registers 0 to 3 hold sums, 4 and 5 left, 6 and 7 right factors. A right
// factor holds pairs: its row j has the rows 2j and 2j + 1 of the matrix, interleaved.

#define TILE_ROWS 16
#define TILE_BYTES 1024
// What one step of a product sums over: so many bfloat16 of a row.
#define TILE_DEPTH 32

typedef uint16_t bfloat16;

typedef struct {
  uint8_t palette, first_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_configuration;

ALWAYS_INLINE void configure_tiles(void) {
  tile_configuration configuration = {.palette = 1};
  for (int i = 0; i < 8; i++) {
    configuration.row_bytes[i] = 64;
    configuration.rows[i] = TILE_ROWS;
  }
  _tile_loadconfig(&configuration);
}

// Sixteen numbers and sixteen more.
ALWAYS_INLINE __m512i to_bfloat16(const float *first, const float *second) {
  return (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(second), _mm512_loadu_ps(first));
}

// To the nearest, of two as near the even one.
ALWAYS_INLINE bfloat16 rounded(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  return (bfloat16)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

ALWAYS_INLINE float widened(bfloat16 value) {
  const uint32_t bits = (uint32_t)value << 16;
  float result;
  __builtin_memcpy(&result, &bits, 4);
  return result;
}

// Memory for bfloat16 operands on the stack, so that no kernel allocates. Larger work is divided.
#define OPERAND_BYTES (384 * 1024)

// Whether a convolution with such weights goes through the tiles. Where a kernel is one pixel wide,
// as in linear layers and over interleaved channels, single precision is as fast.
ALWAYS_INLINE int uses_tiles(int kernel_width) { return kernel_width > 1; }
