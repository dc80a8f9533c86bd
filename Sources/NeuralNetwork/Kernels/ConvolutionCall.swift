import CKernels

/// A convolution, or a linear layer as a convolution whose pixels are the images, between two
/// layouts: what the kernels must be told.
struct ConvolutionCall: Sendable {
  enum Kind: Sendable, Equatable {
    case conv2d(kernelSize: Int, padding: Int)
    case linear
  }

  /// How the sums are computed.
  enum Algorithm: Sendable {
    /// As the definition has it.
    case direct
    /// By Winograd's minimal filtering, in tiles of up to 4 x 4 outputs: fewer products, and weights
    /// that take twice the memory.
    case winograd
  }

  let input: BlockLayout
  let output: BlockLayout
  /// The weights in PyTorch's layout.
  let weights: hangtag_weights
  private let isLinear: Bool
  private let padding: Int
  /// Whether the output takes only the largest of each 2 x 2 sums.
  private let pools: Bool

  /// The sums' extent, which is the output's unless that takes only some of them.
  private var height: Int { pools ? 2 * output.height : output.height }
  private var width: Int { pools ? 2 * output.width : output.width }

  init(_ kind: Kind, input: BlockLayout, output: BlockLayout, pools: Bool = false) {
    let size: Int
    switch kind {
    case .conv2d(let kernelSize, let padding):
      (isLinear, size, self.padding) = (false, kernelSize, padding)
    case .linear:
      (isLinear, size, padding) = (true, 1, 0)
    }
    self.input = input
    self.output = output
    self.pools = pools
    weights = hangtag_weights(
      outputs: Int32(output.channels), inputs: Int32(input.channels), kernel_height: Int32(size),
      kernel_width: Int32(size), columns_are_channels: input.isInterleaved ? 1 : 0)
  }

  /// The convolution of the output's gradient that gives the input's gradient.
  func inputGradient(of outputGradient: BlockLayout, into inputGradient: BlockLayout) -> Self {
    let kernelSize = Int(weights.kernel_height)
    return ConvolutionCall(
      isLinear ? .linear : .conv2d(kernelSize: kernelSize, padding: kernelSize - 1 - padding),
      input: outputGradient, output: inputGradient)
  }

  /// The faster algorithm for inference.
  func fastest(_ kernels: Kernels) -> Algorithm {
    let (inputs, outputs) = (Int(weights.inputs), Int(weights.outputs))
    // With fewer channels the transforms cost more than they save; with more, few transformed tiles
    // fit into a kernel's memory, and the weights are read again for each few.
    let pays = min(inputs, outputs) >= BlockLayout.block && inputs + outputs <= 512
    // A smaller picture does not fill the smallest tile.
    let fits = weights.kernel_height == 3 && !input.isInterleaved && min(height, width) >= 3
    return fits && pays && kernels.hasWinograd ? .winograd : .direct
  }

  /// Whether the same call could leave the output to a map of half the height and width; see
  /// `hangtag_epilogue`.
  func canPool(_ kernels: Kernels) -> Bool {
    fastest(kernels) == .winograd && height % 4 == 0 && width % 4 == 0
  }

  /// The number of the weights as an algorithm reads them.
  func packedCount(for algorithm: Algorithm) -> Int {
    switch algorithm {
    case .direct: packedCount
    case .winograd: 2 * packedCount
    }
  }

  /// Writes the weights as an algorithm reads them to where zeros are.
  ///
  /// - Parameter scale: What each output's weights are to be multiplied by.
  func pack(
    _ plain: [Float], scale: [Double]?, for algorithm: Algorithm, _ kernels: Kernels,
    into packed: UnsafeMutablePointer<Float>
  ) {
    var description = weights
    switch algorithm {
    case .direct:
      let scaled = scale.map { Self.scaled(plain, by: $0) } ?? plain
      unsafe kernels.functions.pack_weights(&description, 0, weights.outputs, scaled, packed)
    case .winograd:
      unsafe kernels.functions.pack_winograd_weights(&description, plain, scale, packed)
    }
  }

  private static func scaled(_ plain: [Float], by scale: [Double]) -> [Float] {
    let weightsPerOutput = plain.count / scale.count
    var scaled = plain
    var span = scaled.mutableSpan
    for output in scale.indices {
      for index in output * weightsPerOutput..<(output + 1) * weightsPerOutput {
        span[index] = Float(Double(span[index]) * scale[output])
      }
    }
    return scaled
  }

  /// The number of the packed weights for the direct algorithm.
  var packedCount: Int {
    let inputs = input.channels
    let (height, width) = (Int(weights.kernel_height), Int(weights.kernel_width))
    let channels = input.isInterleaved ? inputs * width : inputs
    let positions = input.isInterleaved ? height : height * width
    return BlockLayout.roundedUp(output.channels) * BlockLayout.roundedUp(channels) * positions
  }

  /// What happens to the sums with their bias.
  struct Epilogue: Sendable {
    var relu = false
    /// Added after the ReLU.
    var addend: BlockLayout?
    var reluAfterAdd = false
  }

  /// Computes some images' outputs. `weights` are packed for the algorithm, `bias` fills whole blocks.
  func run(
    _ kernels: Kernels, _ algorithm: Algorithm = .direct, in base: UnsafeMutablePointer<Float>,
    images: Range<Int>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    epilogue: Epilogue
  ) {
    let nothing = unsafe hangtag_map(data: nil, image: 0, block: 0, row: 0, pixel: 0)
    var description = convolution(images: images.count)
    var cEpilogue = unsafe hangtag_epilogue(
      bias: bias, relu: epilogue.relu ? 1 : 0,
      addend: epilogue.addend.map { layout in unsafe map(layout, in: base, images) } ?? nothing,
      relu_after_add: epilogue.reluAfterAdd ? 1 : 0, pool: pools ? 1 : 0)
    let input = unsafe inputMap(in: base, images)
    let output = unsafe map(output, in: base, images)
    switch algorithm {
    case .direct:
      unsafe kernels.functions.convolve(&description, input, weights, &cEpilogue, output)
    case .winograd:
      unsafe kernels.functions.convolve_winograd(&description, input, weights, &cEpilogue, output)
    }
  }

  /// Adds some images' share of the gradient of the packed weights to `gradient`.
  func addWeightGradient(
    _ kernels: Kernels, in base: UnsafeMutablePointer<Float>, images: Range<Int>,
    outputGradient: BlockLayout, to gradient: UnsafeMutablePointer<Float>
  ) {
    var description = convolution(images: images.count)
    unsafe kernels.functions.convolve_weight_gradient(
      &description, inputMap(in: base, images), map(outputGradient, in: base, images), gradient)
  }

  private func convolution(images: Int) -> hangtag_convolution {
    let extent =
      isLinear
      ? hangtag_extent(
        images: 1, channels: Int32(output.channels), height: 1, width: Int32(images))
      : hangtag_extent(
        images: Int32(images), channels: Int32(output.channels), height: Int32(height),
        width: Int32(width))
    // In an interleaved row the values under the kernel lie side by side: channels of one column.
    let columns = weights.kernel_width
    return input.isInterleaved
      ? hangtag_convolution(
        output: extent, input_channels: weights.inputs * columns,
        kernel_height: weights.kernel_height, kernel_width: 1, padding_height: Int32(padding),
        padding_width: 0)
      : hangtag_convolution(
        output: extent, input_channels: weights.inputs, kernel_height: weights.kernel_height,
        kernel_width: columns, padding_height: Int32(padding), padding_width: Int32(padding))
  }

  private func inputMap(
    in base: UnsafeMutablePointer<Float>, _ images: Range<Int>
  ) -> hangtag_map {
    var map = unsafe map(input, in: base, images)
    if input.isInterleaved { unsafe map.data -= padding * input.pixel }
    return unsafe map
  }

  private func map(
    _ layout: BlockLayout, in base: UnsafeMutablePointer<Float>, _ images: Range<Int>
  ) -> hangtag_map {
    isLinear
      ? unsafe layout.rows(in: base, firstImage: images.lowerBound)
      : unsafe layout.map(in: base, firstImage: images.lowerBound)
  }
}
