// Everything that is compiled per instruction set. The including file defines
//   KERNELS       the name of the table of this instruction set
//   LANES         numbers in one vector register: a divisor of HANGTAG_BLOCK
//   TILE_PIXELS, TILE_VECTORS
//                 the convolution's register tile: output pixels x vectors of output channels
//   GRADIENT_INPUTS
//                 the weight gradient's: input channels x TILE_VECTORS of output channels
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

const hangtag_kernels KERNELS = {
    .convolve = convolve,
    .pack = pack,
    .unpack = unpack,
    .pack_weights = pack_weights,
    .relu = relu,
    .add = add,
    .scale_shift = scale_shift,
    .max_pool = max_pool,
    .global_max_pool = global_max_pool,
    .global_average_pool = global_average_pool,
    .pack_transposed_weights = pack_transposed_weights,
    .unpack_weights = unpack_weights,
    .convolve_weight_gradient = convolve_weight_gradient,
    .sum_channels = sum_channels,
    .accumulate = accumulate,
    .relu_gradient = relu_gradient,
    .dropout = dropout,
    .max_pool_gradient = max_pool_gradient,
    .global_max_pool_gradient = global_max_pool_gradient,
    .global_average_pool_gradient = global_average_pool_gradient,
    .moments = moments,
    .batch_norm_sums = batch_norm_sums,
    .batch_norm_gradient = batch_norm_gradient,
};
