/// An architecture as a list of kernel calls over numbered values: batch norm folded into the
/// convolution before it, bias, ReLU, a residual block's sum and max pooling fused into its store.
struct InferencePlan {
  /// A feature map or list of features that one step gives and later ones read.
  struct Value {
    var channels: Int
    var height: Int
    var width: Int
    /// The most zeros that a convolution wants around it.
    var padding = 0
    /// Whether a residual block still needs it unchanged.
    var isKept = false
  }

  private(set) var values: [Value]
  private(set) var steps: [InferenceStep] = []
  /// Whether the input is read by a convolution and nothing else.
  let readsInputDirectly: Bool
  private(set) var output = 0
  private let parameters: [String: Tensor]
  private let kernels: Kernels

  static let input = 0

  /// - Parameter kernels: what can be fused depends on what they can do.
  init(_ architecture: Architecture, parameters: [String: Tensor], kernels: Kernels) {
    let shape = architecture.inputShape
    values = [Value(channels: shape[0], height: shape[1], width: shape[2])]
    if case .conv2d? = architecture.layers.first {
      readsInputDirectly = true
    } else {
      readsInputDirectly = false
    }
    self.parameters = parameters
    self.kernels = kernels
    output = append(architecture.layers, to: Self.input)
  }

  /// What the last layer reads, if that is a linear one.
  var features: Int? {
    guard case .convolve(let last)? = steps.last, last.kind == .linear, last.output == output
    else { return nil }
    return last.input
  }

  /// How each value lies in memory; where is for others to say.
  var layouts: [BlockLayout] { values.indices.map { layout(of: $0) } }

  private func layout(of index: Int) -> BlockLayout {
    let value = values[index]
    return BlockLayout(
      channels: value.channels, height: value.height, width: value.width, padding: value.padding,
      isInterleaved: index == Self.input && readsInputDirectly)
  }

  /// Adds the steps of the layers and returns their output.
  private mutating func append(_ layers: [Architecture.Layer], to input: Int) -> Int {
    layers.reduce(input) { append($1, to: $0) }
  }

  private mutating func append(_ layer: Architecture.Layer, to input: Int) -> Int {
    let value = values[input]
    switch layer {
    case .conv2d(let layer): return append(layer, to: input)
    case .linear(let layer): return append(layer, to: input)
    case .batchNorm2d(let layer): return append(layer, to: input)
    case .relu: return appendReLU(to: input)
    case .maxPool2d(let size): return appendMaxPool(size: size, to: input)
    case .globalMaxPool2d:
      let output = add(value.channels, 1, 1)
      steps.append(.globalMaxPool(input: input, output: output))
      return output
    case .globalAveragePool2d:
      let output = add(value.channels, 1, 1)
      steps.append(.globalAveragePool(input: input, output: output))
      return output
    case .dropout: return input
    case .flatten:
      // One pixel is a list of features already.
      if value.height == 1, value.width == 1 { return input }
      let output = add(value.channels * value.height * value.width, 1, 1)
      steps.append(.flatten(input: input, output: output))
      return output
    case .residual(let layers): return appendResidual(layers, to: input)
    }
  }

  private mutating func append(_ layer: Architecture.Conv2D, to input: Int) -> Int {
    let value = values[input]
    values[input].padding = max(value.padding, layer.padding)
    let loss = layer.kernelSize - 1 - 2 * layer.padding
    let output = add(layer.outputChannels, value.height - loss, value.width - loss)
    steps.append(
      .convolve(
        .init(
          input: input, output: output,
          kind: .conv2d(kernelSize: layer.kernelSize, padding: layer.padding),
          weight: tensor(layer.name, "weight"),
          bias: layer.bias ? tensor(layer.name, "bias") : nil)))
    return output
  }

  private mutating func append(_ layer: Architecture.Linear, to input: Int) -> Int {
    let output = add(layer.outputFeatures, 1, 1)
    steps.append(
      .convolve(
        .init(
          input: input, output: output, kind: .linear, weight: tensor(layer.name, "weight"),
          bias: layer.bias ? tensor(layer.name, "bias") : nil)))
    return output
  }

  private mutating func appendMaxPool(size: Int, to input: Int) -> Int {
    let value = values[input]
    if size == 2, case .convolve(var convolution)? = lastStep(giving: input), canPool(convolution) {
      convolution.pools = true
      steps[steps.count - 1] = .convolve(convolution)
      values[input].height /= 2
      values[input].width /= 2
      return input
    }
    let output = add(value.channels, value.height / size, value.width / size)
    steps.append(.maxPool(size: size, input: input, output: output))
    return output
  }

  private func canPool(_ convolution: InferenceStep.Convolution) -> Bool {
    let call = ConvolutionCall(
      convolution.kind, input: layout(of: convolution.input),
      output: layout(of: convolution.output))
    return call.canPool(kernels)
  }

  private mutating func append(_ layer: Architecture.BatchNorm2D, to input: Int) -> Int {
    let norm = FoldedBatchNorm(
      weight: tensor(layer.name, "weight"), bias: tensor(layer.name, "bias"),
      mean: tensor(layer.name, "running_mean"), variance: tensor(layer.name, "running_var"),
      eps: layer.eps)
    if case .convolve(var convolution)? = lastStep(giving: input), !convolution.relu,
      convolution.addend == nil
    {
      norm.fold(into: &convolution)
      steps[steps.count - 1] = .convolve(convolution)
      return input
    }
    let output = isChangeable(input) ? input : copy(of: input)
    steps.append(
      .scaleShift(
        .init(
          input: input, output: output, scale: norm.scale.map(Float.init),
          shift: norm.shift.map(Float.init))))
    return output
  }

  private mutating func appendReLU(to input: Int) -> Int {
    switch lastStep(giving: input) {
    case .convolve(var convolution):
      if convolution.addend == nil {
        convolution.relu = true
      } else {
        convolution.reluAfterAdd = true
      }
      steps[steps.count - 1] = .convolve(convolution)
      return input
    case .scaleShift(var scaleShift):
      scaleShift.relu = true
      steps[steps.count - 1] = .scaleShift(scaleShift)
      return input
    default:
      let output = isChangeable(input) ? input : copy(of: input)
      steps.append(.relu(input: input, output: output))
      return output
    }
  }

  private mutating func appendResidual(_ layers: [Architecture.Layer], to input: Int) -> Int {
    let wasKept = values[input].isKept
    values[input].isKept = true
    let inner = append(layers, to: input)
    values[input].isKept = wasKept
    if inner != input, case .convolve(var convolution)? = lastStep(giving: inner),
      convolution.addend == nil
    {
      convolution.addend = input
      steps[steps.count - 1] = .convolve(convolution)
      return inner
    }
    let output = inner != input ? inner : copy(of: input)
    steps.append(.add(inner, input, output: output))
    return output
  }

  /// The last step, if it gives this value and the value may still change.
  private func lastStep(giving value: Int) -> InferenceStep? {
    guard let step = steps.last, step.output == value, !values[value].isKept else { return nil }
    // Pooling comes after all that a convolution can do.
    if case .convolve(let convolution) = step, convolution.pools { return nil }
    return step
  }

  private func isChangeable(_ value: Int) -> Bool {
    value != Self.input && !values[value].isKept
  }

  private mutating func copy(of value: Int) -> Int {
    add(values[value].channels, values[value].height, values[value].width)
  }

  private mutating func add(_ channels: Int, _ height: Int, _ width: Int) -> Int {
    values.append(Value(channels: channels, height: height, width: width))
    return values.count - 1
  }

  private func tensor(_ layer: String, _ suffix: String) -> [Float] {
    guard let tensor = parameters["\(layer).\(suffix)"] else {
      preconditionFailure("a valid model has every tensor of its architecture")
    }
    return tensor.values
  }
}
