// The tile registers as all kernels here use them: eight of 16 rows of 64 bytes, so a row holds 16
// sums or 32 bfloat16. Registers 0 to 3 hold sums, 4 and 5 left, 6 and 7 right factors. A right
// factor holds pairs: its row j has the rows 2j and 2j + 1 of the matrix, interleaved.

#define TILE_ROWS 16
#define TILE_BYTES 1024
// What one step of a product sums over: so many bfloat16 of a row.
#define TILE_DEPTH 32

typedef uint16_t bfloat16;

// A factor's bfloat16.
#define FACTOR (TILE_BYTES / (ptrdiff_t)sizeof(bfloat16))

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

// The same with each number in two parts: they need as much memory as plain numbers only where the
// input's blocks come in pairs.
ALWAYS_INLINE int uses_split(int kernel_width, int inputs) {
  return uses_tiles(kernel_width) && block_count(inputs) % 2 == 0;
}

ALWAYS_INLINE ptrdiff_t pair_count(int channels) { return (block_count(channels) + 1) / 2; }

// The products of the loaded factors, up to two left ones x up to two right ones, added to the sums.
ALWAYS_INLINE void add_products(const int left_tiles, const int right_tiles) {
  _tile_dpbf16ps(0, 4, 6);
  if (right_tiles > 1) _tile_dpbf16ps(1, 4, 7);
  if (left_tiles > 1) _tile_dpbf16ps(2, 5, 6);
  if (left_tiles > 1 && right_tiles > 1) _tile_dpbf16ps(3, 5, 7);
}

// Calls a function whose first two arguments must be known to the compiler: how many tiles there
// are, one or two.
#define FOR_TILE_COUNTS(function, left_tiles, right_tiles, ...) \
  do {                                                          \
    if (left_tiles == 2) {                                      \
      if (right_tiles == 2) function(2, 2, __VA_ARGS__);        \
      else function(2, 1, __VA_ARGS__);                         \
    } else {                                                    \
      if (right_tiles == 2) function(1, 2, __VA_ARGS__);        \
      else function(1, 1, __VA_ARGS__);                         \
    }                                                           \
  } while (0)
