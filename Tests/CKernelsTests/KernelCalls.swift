import CKernels
import Testing

/// Something in memory that a kernel reads or writes.
protocol Mapped: AnyObject {
  var map: hangtag_map { get }
}

// Each call keeps its images alive until the kernel is done: their maps alone do not.
extension KernelTable {
  /// A convolution's sums as they are, or with what may happen to them.
  func convolve(
    _ convolution: hangtag_convolution, _ input: some Mapped, _ weights: [Float],
    _ end: ConvolutionEnd? = nil, into output: some Mapped
  ) {
    unsafe ConvolutionEnd.withEpilogue(end) { epilogue in
      var (convolution, epilogue) = unsafe (convolution, epilogue)
      unsafe kernels.convolve(&convolution, input.map, weights, &epilogue, output.map)
    }
  }

  /// The same with fewer products.
  func convolveWinograd(
    _ c: ConvolutionCase, _ input: Images, _ end: ConvolutionEnd? = nil, into output: Images
  ) {
    var description = c.weightDescription
    // What lies behind is neither written nor read.
    let guarded = [Float](repeating: .nan, count: 16)
    var packed = [Float](repeating: 0, count: 2 * c.packedCount) + guarded
    unsafe kernels.pack_winograd_weights(&description, c.weights, nil, &packed)
    let isIntact = packed.suffix(guarded.count).allSatisfy { $0.isNaN }
    #expect(isIntact)
    unsafe ConvolutionEnd.withEpilogue(end) { epilogue in
      var (convolution, epilogue) = unsafe (c.description, epilogue)
      unsafe kernels.convolve_winograd(&convolution, input.map, packed, &epilogue, output.map)
    }
  }

  /// The weights as `convolve` wants them.
  func packed(_ weights: hangtag_weights, _ plain: [Float], count: Int) -> [Float] {
    var (weights, packed) = (weights, [Float](repeating: 0, count: count))
    unsafe kernels.pack_weights(&weights, 0, weights.outputs, plain, &packed)
    return packed
  }

  /// The weights as the input's gradient wants them.
  func transposed(_ weights: hangtag_weights, _ plain: [Float], count: Int) -> [Float] {
    var (weights, packed) = (weights, [Float](repeating: 0, count: count))
    unsafe kernels.pack_transposed_weights(&weights, 0, weights.outputs, plain, &packed)
    return packed
  }

  func unpacked(_ weights: hangtag_weights, _ packed: [Float], count: Int) -> [Float] {
    var (weights, plain) = (weights, [Float](repeating: 0, count: count))
    unsafe kernels.unpack_weights(&weights, 0, weights.outputs, packed, &plain)
    return plain
  }

  func addWeightGradient(
    _ convolution: hangtag_convolution, _ input: some Mapped, _ outputGradient: Images,
    to packed: inout [Float]
  ) {
    var convolution = convolution
    unsafe kernels.convolve_weight_gradient(
      &convolution, input.map, outputGradient.map, &packed)
  }

  func pack(_ plain: [Float], into output: Images) {
    unsafe kernels.pack(output.extent, plain, plain.count / output.count, output.map)
  }

  func unpack(_ input: Images) -> [Float] {
    var plain = [Float](repeating: 0, count: input.values.count)
    unsafe kernels.unpack(input.extent, input.map, &plain, plain.count / input.count)
    return plain
  }

  func relu(_ input: Images, into output: Images) {
    unsafe kernels.relu(input.extent, input.map, output.map)
  }

  func reluGradient(_ output: Images, _ outputGradient: Images, into inputGradient: Images) {
    unsafe kernels.relu_gradient(
      output.extent, output.map, outputGradient.map, inputGradient.map)
  }

  func add(_ a: Images, _ b: Images, into output: Images) {
    unsafe kernels.add(a.extent, a.map, b.map, output.map)
  }

  func addChannelSums(of input: Images, to sums: inout [Float]) {
    unsafe kernels.sum_channels(input.extent, input.map, &sums)
  }

  func accumulate(_ values: [Float], onto sums: inout [Float]) {
    unsafe kernels.accumulate(values.count, values, &sums)
  }

  func scaleShift(
    _ input: Images, scale: [Float], shift: [Float], relu: Bool, into output: Images
  ) {
    unsafe kernels.scale_shift(
      input.extent, input.map, scale, shift, relu ? 1 : 0, output.map)
  }

  /// Mean and squared deviations of each image's channels, `stride` apart.
  func moments(_ input: Images, stride: Int) -> (mean: [Float], squares: [Float]) {
    var mean = [Float](repeating: 0, count: input.count * stride)
    var squares = mean
    unsafe kernels.moments(input.extent, input.map, &mean, &squares, stride)
    return (mean, squares)
  }

  func dropout(_ dropout: hangtag_dropout, _ input: Images, into output: Images) {
    var dropout = dropout
    unsafe kernels.dropout(input.extent, &dropout, input.map, output.map)
  }

  func maxPool(_ input: Images, size: Int, into output: Images) {
    unsafe kernels.max_pool(output.extent, Int32(size), input.map, output.map)
  }

  func maxPoolGradient(
    _ input: Images, _ output: Images, _ outputGradient: Images, size: Int,
    into inputGradient: Images
  ) {
    unsafe kernels.max_pool_gradient(
      input.extent, Int32(size), input.map, output.map, outputGradient.map, inputGradient.map)
  }

  func globalMaxPool(_ input: Images, into output: Images) {
    unsafe kernels.global_max_pool(input.extent, input.map, output.map)
  }

  func globalMaxPoolGradient(
    _ input: Images, _ output: Images, _ outputGradient: Images, into inputGradient: Images
  ) {
    unsafe kernels.global_max_pool_gradient(
      input.extent, input.map, output.map, outputGradient.map, inputGradient.map)
  }

  func globalAveragePool(_ input: Images, into output: Images) {
    unsafe kernels.global_average_pool(input.extent, input.map, output.map)
  }

  func globalAveragePoolGradient(_ outputGradient: Images, into inputGradient: Images) {
    unsafe kernels.global_average_pool_gradient(
      inputGradient.extent, outputGradient.map, inputGradient.map)
  }
}
