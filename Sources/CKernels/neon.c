// Advanced SIMD with fused multiply-add.
#if defined(__aarch64__)
#define KERNELS hangtag_neon_kernels
#define LANES 4
#define TILE_PIXELS 6
#define TILE_VECTORS 4
#define GRADIENT_INPUTS 4
#define FINISHES_IN_REGISTERS
#include "template/kernels.h"
#include "template/winograd.h"
#include "template/table.h"
#endif
