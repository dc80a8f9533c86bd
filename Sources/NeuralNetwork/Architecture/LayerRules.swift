/// The rules of each layer that is no residual block: what it takes and what shape it gives.
struct LayerRules {
  /// The largest kernel and padding; keeps their sums and products far from overflow.
  static let kernelLimit = 1023

  /// The layer as an error names it.
  let layer: String
  /// `[channels, height, width]` or `[features]`.
  let input: [Int]

  /// The shape the layer gives.
  func output(of kind: Architecture.Layer) throws(ArchitectureError) -> [Int] {
    switch kind {
    case .conv2d(let layer): return try output(of: layer)
    case .batchNorm2d(let layer):
      let channels = try image()[0]
      try check(
        channels == layer.features, .channelMismatch,
        "has \(layer.features) features, its input \(channels) channels.")
      try check(layer.eps.isFinite && layer.eps > 0, .invalidEpsilon, "must have a positive eps.")
      return input
    case .relu: return input
    case .maxPool2d(let size):
      let image = try image()
      try check(size > 0, .invalidSize, "must have a positive size.")
      try check(
        size <= image[1] && size <= image[2], .emptyOutput,
        "has windows of \(size) pixels, larger than its input \(image).")
      return [image[0], image[1] / size, image[2] / size]
    case .globalMaxPool2d, .globalAveragePool2d: return [try image()[0], 1, 1]
    case .dropout(let rate):
      try check(rate >= 0 && rate < 1, .invalidRate, "must have a rate from 0 to below 1.")
      return input
    case .flatten: return [input.reduce(1, *)]
    case .linear(let layer):
      try check(
        input.count == 1, .needsFeatures, "needs a list of features; put a flatten before it.")
      try check(layer.outputFeatures > 0, .invalidSize, "must have a positive number of outputs.")
      try check(
        input[0] == layer.inputFeatures, .featureMismatch,
        "takes \(layer.inputFeatures) features, its input has \(input[0]).")
      return [layer.outputFeatures]
    case .residual: preconditionFailure("a residual block's rule needs its layers")
    }
  }

  private func output(of layer: Architecture.Conv2D) throws(ArchitectureError) -> [Int] {
    let image = try image()
    try check(layer.outputChannels > 0, .invalidSize, "must have a positive number of outputs.")
    try check(
      (1...Self.kernelLimit).contains(layer.kernelSize), .invalidSize,
      "must have a kernel from 1 to \(Self.kernelLimit).")
    try check(
      layer.kernelSize % 2 == 1, .evenKernel, "must have an odd kernel, not \(layer.kernelSize).")
    try check(
      (0...Self.kernelLimit).contains(layer.padding), .invalidPadding,
      "must have a padding from 0 to \(Self.kernelLimit).")
    try check(
      image[0] == layer.inputChannels, .channelMismatch,
      "takes \(layer.inputChannels) channels, its input has \(image[0]).")
    let height = image[1] + 2 * layer.padding - layer.kernelSize + 1
    let width = image[2] + 2 * layer.padding - layer.kernelSize + 1
    try check(
      height > 0 && width > 0, .emptyOutput,
      "has a kernel of \(layer.kernelSize), larger than its padded input.")
    return [layer.outputChannels, height, width]
  }

  private func image() throws(ArchitectureError) -> [Int] {
    try check(input.count == 3, .needsImage, "needs an image, its input is a list of features.")
    return input
  }

  private func check(
    _ holds: Bool, _ rule: ArchitectureError.Rule, _ message: @autoclosure () -> String
  ) throws(ArchitectureError) {
    guard holds else { throw ArchitectureError(rule: rule, layer: layer, message: message()) }
  }
}
