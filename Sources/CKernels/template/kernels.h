// Everything that is compiled per instruction set; table.h makes the table of it. The including
// file defines
//   LANES         numbers in one vector register: a divisor of HANGTAG_BLOCK
//   TILE_PIXELS, TILE_VECTORS
//                 the convolution's register tile: output pixels x vectors of output channels
//   GRADIENT_INPUTS
//                 the weight gradient's: input channels x TILE_VECTORS of output channels
//   FINISHES_IN_REGISTERS
//                 where there are 32 of them; see winograd.h
// and pushes the target attribute before it includes this file.
#include "CKernels.h"

#include "vector.h"

#include "batch_norm.h"
#include "convolution.h"
#include "dropout.h"
#include "elementwise.h"
#include "layout.h"
#include "pooling.h"
#include "weight_gradient.h"
