// The table of an instruction set's kernels. The including file defines
//   KERNELS       the table's name
// and, where it has better ones than kernels.h, the functions' names below.
#ifndef CONVOLVE
#define CONVOLVE convolve
#define CONVOLVE_WEIGHT_GRADIENT convolve_weight_gradient
#define PACK_WEIGHTS pack_weights
#define PACK_TRANSPOSED_WEIGHTS pack_transposed_weights
#endif
// Only after winograd.h.
#ifndef CONVOLVE_WINOGRAD
#define CONVOLVE_WINOGRAD 0
#define PACK_WINOGRAD_WEIGHTS 0
#endif

const hangtag_kernels KERNELS = {
    .convolve = CONVOLVE,
    .convolve_winograd = CONVOLVE_WINOGRAD,
    .pack = pack,
    .unpack = unpack,
    .pack_weights = PACK_WEIGHTS,
    .pack_winograd_weights = PACK_WINOGRAD_WEIGHTS,
    .relu = relu,
    .add = add,
    .scale_shift = scale_shift,
    .max_pool = max_pool,
    .global_max_pool = global_max_pool,
    .global_average_pool = global_average_pool,
    .pack_transposed_weights = PACK_TRANSPOSED_WEIGHTS,
    .unpack_weights = unpack_weights,
    .convolve_weight_gradient = CONVOLVE_WEIGHT_GRADIENT,
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
