import CKernels

/// One step of an `InferencePlan` bound to memory: which kernel, over which layouts of the
/// workspace, with which constants of the network.
enum KernelCall: Sendable {
  case convolve(Convolve)
  /// Before a value is written to a place where another one was.
  case clearUnwritten(BlockLayout)
  case scaleShift(input: BlockLayout, scale: Int, shift: Int, relu: Bool, output: BlockLayout)
  case relu(input: BlockLayout, output: BlockLayout)
  case add(BlockLayout, BlockLayout, output: BlockLayout)
  case maxPool(size: Int, input: BlockLayout, output: BlockLayout)
  case globalMaxPool(input: BlockLayout, output: BlockLayout)
  case globalAveragePool(input: BlockLayout, output: BlockLayout)
  case flatten(input: BlockLayout, output: BlockLayout)

  struct Convolve: Sendable {
    let call: ConvolutionCall
    let algorithm: ConvolutionCall.Algorithm
    /// Offsets in the network's constants.
    let weights: Int
    let bias: Int?
    let epilogue: ConvolutionCall.Epilogue
  }

  /// Runs the kernel on the first `images` images.
  func run(_ kernels: Kernels, memory: FloatMemory, constants: FloatMemory, images: Int) {
    let base = unsafe memory.pointer
    let functions = kernels.functions
    switch self {
    case .convolve(let step):
      unsafe step.call.run(
        kernels, step.algorithm, in: base, images: 0..<images,
        weights: constants.pointer + step.weights,
        bias: step.bias.map { unsafe UnsafePointer(constants.pointer + $0) },
        epilogue: step.epilogue)
    case .clearUnwritten(let layout):
      unsafe layout.clearUnwritten(in: base, images: images)
    case .scaleShift(let input, let scale, let shift, let relu, let output):
      unsafe functions.scale_shift(
        output.extent(images: images), input.map(in: base), constants.pointer + scale,
        constants.pointer + shift, relu ? 1 : 0, output.map(in: base))
    case .relu(let input, let output):
      unsafe functions.relu(
        output.extent(images: images), input.map(in: base), output.map(in: base))
    case .add(let left, let right, let output):
      unsafe functions.add(
        output.extent(images: images), left.map(in: base), right.map(in: base),
        output.map(in: base))
    case .maxPool(let size, let input, let output):
      unsafe functions.max_pool(
        output.extent(images: images), Int32(size), input.map(in: base), output.map(in: base))
    case .globalMaxPool(let input, let output):
      unsafe functions.global_max_pool(
        input.extent(images: images), input.map(in: base), output.map(in: base))
    case .globalAveragePool(let input, let output):
      unsafe functions.global_average_pool(
        input.extent(images: images), input.map(in: base), output.map(in: base))
    case .flatten(let input, let output):
      unsafe functions.unpack(
        input.extent(images: images), input.map(in: base), base + output.offset + output.origin,
        output.image)
    }
  }
}
