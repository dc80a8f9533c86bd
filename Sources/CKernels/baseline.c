// What every processor of the architecture has: SSE2 on x86-64.
#define KERNELS hangtag_baseline_kernels
#define LANES 4
#define TILE_PIXELS 5
#define TILE_VECTORS 2
#define GRADIENT_INPUTS 4
#include "template/kernels.h"
#include "template/winograd.h"
#include "template/table.h"
