// AVX-512. Without min_vector_width clang splits each vector into halves.
#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"), min_vector_width(512))), \
    apply_to = function)
#define KERNELS hangtag_avx512_kernels
#define LANES 16
#define TILE_PIXELS 14
#define TILE_VECTORS 2
#define GRADIENT_INPUTS 8
#define FINISHES_IN_REGISTERS
#include "template/kernels.h"
#include "template/winograd.h"
#include "template/table.h"
#pragma clang attribute pop
#endif
