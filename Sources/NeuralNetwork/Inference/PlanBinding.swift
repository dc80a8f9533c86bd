/// Gives each value of a plan its place in a workspace and each constant its place in the network.
struct PlanBinding {
  /// Where each value lies. All values of an image lie together, so that this does not depend on
  /// how many images a workspace holds.
  let layouts: [BlockLayout]
  /// Of a workspace, in values.
  let memoryPerImage: Int
  /// One after the other, each beginning where a block does. Apart, because one array that grows
  /// would take several times its size while a model is loaded.
  private(set) var constants: [[Float]] = []
  private var constantCount = 0
  private let kernels: Kernels

  init(_ plan: InferencePlan, kernels: Kernels) {
    self.kernels = kernels
    var layouts: [BlockLayout] = []
    var size = 0
    for (index, value) in plan.values.enumerated() {
      var layout =
        index == InferencePlan.input && plan.readsInputDirectly
        ? BlockLayout(
          interleaved: value.channels, height: value.height, width: value.width,
          padding: value.padding)
        : BlockLayout(
          blocksOf: value.channels, height: value.height, width: value.width,
          padding: value.padding)
      layout.offset = size
      size += layout.image
      layouts.append(layout)
    }
    for index in layouts.indices { layouts[index].image = size }
    self.layouts = layouts
    memoryPerImage = size
  }

  mutating func call(for step: InferenceStep) -> KernelCall {
    switch step {
    case .convolve(let convolution):
      return call(for: convolution)
    case .scaleShift(let step):
      return .scaleShift(
        input: layouts[step.input], scale: constant(step.scale), shift: constant(step.shift),
        relu: step.relu, output: layouts[step.output])
    case .relu(let input, let output):
      return .relu(input: layouts[input], output: layouts[output])
    case .add(let left, let right, let output):
      return .add(layouts[left], layouts[right], output: layouts[output])
    case .maxPool(let size, let input, let output):
      return .maxPool(size: size, input: layouts[input], output: layouts[output])
    case .globalMaxPool(let input, let output):
      return .globalMaxPool(input: layouts[input], output: layouts[output])
    case .globalAveragePool(let input, let output):
      return .globalAveragePool(input: layouts[input], output: layouts[output])
    case .flatten(let input, let output):
      return .flatten(input: layouts[input], output: layouts[output])
    }
  }

  private mutating func call(for step: InferenceStep.Convolution) -> KernelCall {
    let call = ConvolutionCall(step.kind, input: layouts[step.input], output: layouts[step.output])
    let algorithm = call.fastest(kernels)
    return .convolve(
      .init(
        call: call, algorithm: algorithm,
        weights: constant(call.packed(step.weight, for: algorithm, kernels)),
        bias: step.bias.map { constant($0) },
        epilogue: .init(
          relu: step.relu, addend: step.addend.map { layouts[$0] }, reluAfterAdd: step.reluAfterAdd)
      ))
  }

  /// Adds constants and returns where they begin.
  private mutating func constant(_ values: [Float]) -> Int {
    let start = constantCount
    constants.append(values)
    constantCount += BlockLayout.roundedUp(values.count)
    return start
  }
}
