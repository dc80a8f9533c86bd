// How many products a second one core makes from registers: single precision, bfloat16 and 8 bits.
// cc -O2 -march=native products.c; needs AVX512_BF16 and AVX512_VNNI.
#include <immintrin.h>
#include <stdio.h>
#include <time.h>

enum { SUMS = 16, ROUNDS = 20000000 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

// As many independent sums as hide an instruction's latency; the compiler must not merge the rounds.
#define MEASURE(name, type, zero, products, expression)                                   \
  do {                                                                                    \
    type sums[SUMS];                                                                      \
    for (int i = 0; i < SUMS; i++) sums[i] = zero;                                        \
    const double start = seconds();                                                       \
    for (int round = 0; round < ROUNDS; round++) {                                        \
      _Pragma("GCC unroll 16") for (int i = 0; i < SUMS; i++) {                           \
        type sum = sums[i];                                                               \
        sums[i] = expression;                                                             \
        __asm__ volatile("" : "+v"(sums[i]));                                             \
      }                                                                                   \
    }                                                                                     \
    printf("%s %.1f\n", name, (double)ROUNDS * SUMS * products / (seconds() - start) / 1e9); \
  } while (0)

int main(void) {
  const __m512 single = _mm512_set1_ps(0.5f);
  const __m512bh brain = _mm512_cvtne2ps_pbh(single, single);
  const __m512i bytes = _mm512_set1_epi8(3);
  MEASURE("float32", __m512, _mm512_setzero_ps(), 16, _mm512_fmadd_ps(single, single, sum));
  MEASURE("bfloat16", __m512, _mm512_setzero_ps(), 32, _mm512_dpbf16_ps(sum, brain, brain));
  MEASURE("int8", __m512i, _mm512_setzero_si512(), 64, _mm512_dpbusd_epi32(sum, bytes, bytes));
  return 0;
}
