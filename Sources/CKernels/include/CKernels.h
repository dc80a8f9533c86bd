// Plain C loops for neural networks, forward and backward, compiled once per instruction set from
// template/. No allocation, no state: what a kernel reads and writes is in its arguments.
//
// All numbers are 32-bit floating point. Channels stand in blocks of HANGTAG_BLOCK, so that one
// block is a whole number of vectors on every machine; the channels that fill up the last block
// hold zeros, and every kernel keeps them so.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#define HANGTAG_BLOCK 16

/// Where the values of some images lie: value (image n, channel c, row y, column x) is
///   data[n * image + (c / 16) * block + y * row + x * pixel + c % 16].
/// All distances are in values. Lists of features are images of one pixel. A convolution reads
/// its padding from around the image, where the owner of the memory keeps zeros.
typedef struct {
  float *data;
  ptrdiff_t image, block, row, pixel;
} hangtag_map;

/// The part of a feature map that a kernel works on. `channels` counts without the filling.
typedef struct {
  int images, channels, height, width;
} hangtag_extent;

/// What a convolution computes: out(y, x, o) = sum over i, ky, kx of
///   in(y + ky - padding_height, x + kx - padding_width, i) * weight(o, i, ky, kx).
/// A product of matrices is one of a single row whose pixels are the left matrix's rows.
typedef struct {
  hangtag_extent output;
  int input_channels;
  int kernel_height, kernel_width;
  int padding_height, padding_width;
} hangtag_convolution;

/// What happens to each sum before it is stored, in this order.
typedef struct {
  const float *bias;   // one a channel, whole blocks; NULL: none
  int relu;            // max(x, 0)
  hangtag_map addend;  // added, unless its data is NULL
  int relu_after_add;  // max(x, 0)
  /// Only the largest of each 2 x 2 is stored, to a map of half the rows and columns. For
  /// `convolve_winograd`, and outputs whose height and width are multiples of 4.
  int pool;
} hangtag_epilogue;

/// The weights of a convolution or (1 x 1) of a linear layer. Plain: [output][input][ky][kx].
/// Packed: [output block][input block][ky][kx][16 inputs][16 outputs], zeros where channels fill up
/// blocks; so are all gradients, and the weights for `convolve` unless its table has a form of its
/// own for them, no larger. `columns_are_channels`: the input's channels lie side by side, so a row
/// of the kernel covers contiguous values: input "channel" kx * inputs + input of one column.
typedef struct {
  int outputs, inputs, kernel_height, kernel_width;
  int columns_are_channels;
} hangtag_weights;

/// Which values dropout keeps: those whose random 32 bits are at least `threshold`; they are
/// multiplied by `scale`. The bits are Philox4x32-10 (Salmon et al. 2011) of the key and of a
/// counter made of the value's place, its image, the step and the layer, so they do not depend on
/// which thread asks.
typedef struct {
  uint32_t key[2];
  uint32_t step, layer, first_image;
  uint32_t threshold;
  float scale;
} hangtag_dropout;

/// Batch normalisation of one batch: output = input * scale + shift, then max(x, 0) if `relu`.
/// Input gradient: scale * g + slope * (input - mean) + offset, g the gradient before the relu.
/// All one a channel, whole blocks.
typedef struct {
  const float *scale, *shift, *mean, *slope, *offset;
  int relu;
} hangtag_batch_norm;

/// "May be in place" means that the output may be the input; maps overlap in no other way.
typedef struct {
  // Inference and training.

  void (*convolve)(const hangtag_convolution *, hangtag_map input, const float *weights,
                   const hangtag_epilogue *, hangtag_map output);
  /// The same for kernels of 3 x 3, with fewer products; NULL where `convolve` is faster all the same.
  /// The weights are those of `pack_winograd_weights`.
  void (*convolve_winograd)(const hangtag_convolution *, hangtag_map input, const float *weights,
                            const hangtag_epilogue *, hangtag_map output);
  /// Between [image][channel][row][column], `stride` values an image, and a map.
  void (*pack)(hangtag_extent, const float *plain, ptrdiff_t stride, hangtag_map output);
  void (*unpack)(hangtag_extent, hangtag_map input, float *plain, ptrdiff_t stride);
  /// Packs some outputs' weights; what is zero in `packed` must be zero before.
  void (*pack_weights)(const hangtag_weights *, int first_output, int last_output,
                       const float *plain, float *packed);
  /// All outputs' for `convolve_winograd`: [6][3][output block][input block][16 inputs][16 outputs].
  /// Multiplied by `scale`, one number an output, unless it is NULL. What is zero in `packed` must be
  /// zero before.
  void (*pack_winograd_weights)(const hangtag_weights *, const float *plain, const double *scale,
                                float *packed);
  /// output = max(input, 0). May be in place.
  void (*relu)(hangtag_extent, hangtag_map input, hangtag_map output);
  /// output = a + b. The output may be a or b.
  void (*add)(hangtag_extent, hangtag_map a, hangtag_map b, hangtag_map output);
  /// output = input * scale[c] + shift[c], then max(x, 0) if `relu`. May be in place.
  void (*scale_shift)(hangtag_extent, hangtag_map input, const float *scale, const float *shift,
                      int relu, hangtag_map output);
  /// Windows of size x size; the extent is the output's.
  void (*max_pool)(hangtag_extent, int size, hangtag_map input, hangtag_map output);
  /// One value a channel; the extent is the input's.
  void (*global_max_pool)(hangtag_extent, hangtag_map input, hangtag_map output);
  void (*global_average_pool)(hangtag_extent, hangtag_map input, hangtag_map output);

  // Training. The gradient of a convolution's input is `convolve` over the output's gradient with
  // transposed weights and the padding kernel - 1 - padding.

  /// Packs some outputs' weights for the input gradient: inputs and outputs exchanged, the kernel
  /// turned by half a turn.
  void (*pack_transposed_weights)(const hangtag_weights *, int first_output, int last_output,
                                  const float *plain, float *packed);
  /// The opposite of `pack_weights`.
  void (*unpack_weights)(const hangtag_weights *, int first_output, int last_output,
                         const float *packed, float *plain);
  /// Adds the gradient of packed weights to `weight_gradient`.
  void (*convolve_weight_gradient)(const hangtag_convolution *, hangtag_map input,
                                   hangtag_map output_gradient, float *weight_gradient);
  /// sums[c] += the sum of channel c over all images and pixels.
  void (*sum_channels)(hangtag_extent, hangtag_map input, float *sums);
  /// sums[i] += values[i].
  void (*accumulate)(ptrdiff_t count, const float *values, float *sums);
  /// input_gradient = output > 0 ? output_gradient : 0. May be in place.
  void (*relu_gradient)(hangtag_extent, hangtag_map output, hangtag_map output_gradient,
                        hangtag_map input_gradient);
  /// Forward from input to output, backward from output gradient to input gradient. May be in
  /// place.
  void (*dropout)(hangtag_extent, const hangtag_dropout *, hangtag_map input, hangtag_map output);
  /// The first largest value of a window takes its gradient. The extent is the input's.
  void (*max_pool_gradient)(hangtag_extent, int size, hangtag_map input, hangtag_map output,
                            hangtag_map output_gradient, hangtag_map input_gradient);
  void (*global_max_pool_gradient)(hangtag_extent, hangtag_map input, hangtag_map output,
                                   hangtag_map output_gradient, hangtag_map input_gradient);
  void (*global_average_pool_gradient)(hangtag_extent, hangtag_map output_gradient,
                                       hangtag_map input_gradient);
  /// Of each image and channel: the mean, and the sum of squared deviations from it. Image n's
  /// begin at n * stride.
  void (*moments)(hangtag_extent, hangtag_map input, float *mean, float *squares,
                  ptrdiff_t stride);
  /// Of each image and channel: the sums of g and of g * (input - mean), g the output gradient
  /// before the relu. Image n's begin at n * stride.
  void (*batch_norm_sums)(hangtag_extent, const hangtag_batch_norm *, hangtag_map input,
                          hangtag_map output_gradient, float *sums, float *products,
                          ptrdiff_t stride);
  /// May be in place.
  void (*batch_norm_gradient)(hangtag_extent, const hangtag_batch_norm *, hangtag_map input,
                              hangtag_map output_gradient, hangtag_map input_gradient);
} hangtag_kernels;

typedef enum {
  HANGTAG_BASELINE,
  HANGTAG_AVX2,
  HANGTAG_AVX512,
  HANGTAG_NEON,
  HANGTAG_AMX,
  HANGTAG_AMX_SPLIT,
} hangtag_isa;

/// The kernels for an instruction set; NULL where they were not compiled for this architecture or
/// this processor (or its operating system) lacks the instructions.
const hangtag_kernels *hangtag_kernels_for(hangtag_isa isa);

/// What one image's logits should be.
typedef struct {
  int classes, label;
  double smoothing;             // the share of the target spread over all classes
  const double *class_weights;  // NULL: all 1
  const float *teacher;         // a teacher's probability of each class; NULL: none
  double distillation;          // the share of the target that is the teacher's
  double scale;                 // of the loss and its gradient: 1 / sum of the batch's weights
} hangtag_cross_entropy_target;

/// The image's share of the batch's mean softmax cross-entropy, as PyTorch's CrossEntropyLoss
/// defines it. Writes its gradient, and which logit is the largest.
double hangtag_cross_entropy(const hangtag_cross_entropy_target *, const float *logits,
                             float *gradient, int *best);

#endif
