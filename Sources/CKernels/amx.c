// Intel's AMX: tile registers that multiply matrices of bfloat16 and sum in single precision, with
// AVX-512 for all else. Up to sixteen times AVX-512's products, for eight bits of mantissa: for
// training, and for inference where that is good enough. And the same with each number split into
// two, for 16 bits at a third of the speed. Without winograd.h: tiles are faster still.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma,amx-tile,amx-bf16"), \
                   min_vector_width(512))), apply_to = function)
#define LANES 16
#define TILE_PIXELS 14
#define TILE_VECTORS 2
#define GRADIENT_INPUTS 8
#include "template/kernels.h"

#include "amx/tiles.h"

#include "amx/convolution.h"
#include "amx/layout.h"
#include "amx/weight_gradient.h"

#define KERNELS hangtag_amx_kernels
#define CONVOLVE amx_convolve
#define CONVOLVE_WEIGHT_GRADIENT amx_convolve_weight_gradient
#define PACK_WEIGHTS amx_pack_weights
#define PACK_TRANSPOSED_WEIGHTS amx_pack_transposed_weights
#include "template/table.h"

#undef KERNELS
#undef CONVOLVE
#undef CONVOLVE_WEIGHT_GRADIENT
#undef PACK_WEIGHTS
#undef PACK_TRANSPOSED_WEIGHTS
#define KERNELS hangtag_amx_split_kernels
#define CONVOLVE split_convolve
#define CONVOLVE_WEIGHT_GRADIENT convolve_weight_gradient
#define PACK_WEIGHTS split_pack_weights
#define PACK_TRANSPOSED_WEIGHTS split_pack_transposed_weights
#include "template/table.h"
#pragma clang attribute pop
#endif
