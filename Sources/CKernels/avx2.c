// AVX2 and FMA.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define KERNELS hangtag_avx2_kernels
#define LANES 8
#define TILE_PIXELS 6
#define TILE_VECTORS 2
#define GRADIENT_INPUTS 4
#include "template/kernels.h"
#include "template/winograd.h"
#include "template/table.h"
#pragma clang attribute pop
#endif
