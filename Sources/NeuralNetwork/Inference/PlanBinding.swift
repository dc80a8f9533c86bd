import Threading

/// Gives each value of a plan its place in a workspace and each constant its place in the network.
struct PlanBinding {
  /// Where each value lies. All values of an image lie together, so that this does not depend on how
  /// many images a workspace holds.
  let layouts: [BlockLayout]
  /// Of a workspace, in values.
  let memoryPerImage: Int
  /// Whether a value shares its place with others.
  private let isShared: [Bool]
  /// One after the other, each beginning where a block does.
  private var constants: [Constant] = []
  private var constantCount = 0
  private let kernels: Kernels

  /// Values that do not depend on the input, to be written to their place. Not before all are known:
  /// packed weights are several times the file's, and would lie in memory twice.
  private struct Constant {
    enum Content {
      case values([Float])
      case weights(of: InferenceStep.Convolution, ConvolutionCall, ConvolutionCall.Algorithm)
    }

    let content: Content
    /// Where it begins, and the number of its values.
    let start: Int
    let count: Int

    func write(to memory: FloatMemory, _ kernels: Kernels) {
      switch content {
      case .values(let values):
        unsafe values.withUnsafeBufferPointer { values in
          guard let first = values.baseAddress else { return }
          unsafe (memory.pointer + start).update(from: first, count: values.count)
        }
      case .weights(let convolution, let call, let algorithm):
        unsafe call.pack(
          convolution.weight, scale: convolution.scale, for: algorithm, kernels,
          into: memory.pointer + start)
      }
    }
  }

  init(_ plan: InferencePlan, kernels: Kernels) {
    self.kernels = kernels
    var layouts = plan.layouts
    let memory = MemoryPlan(sizes: layouts.map(\.image), of: plan)
    for index in layouts.indices {
      layouts[index].offset = memory.offsets[index]
      layouts[index].image = memory.count
    }
    self.layouts = layouts
    memoryPerImage = memory.count
    isShared = memory.isShared
  }

  /// The calls of a step.
  mutating func calls(for step: InferenceStep) -> [KernelCall] {
    let output = layouts[step.output]
    // In place, or on top of what was there: the padding is clear already.
    let isNew = !step.inputs.contains(step.output)
    let clears = isNew && isShared[step.output] && output.hasUnwritten
    return (clears ? [.clearUnwritten(output)] : []) + [call(for: step)]
  }

  private mutating func call(for step: InferenceStep) -> KernelCall {
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

  /// The constants in their places, written by two threads. Each takes the largest that is left.
  func makeConstants() -> FloatMemory {
    let memory = FloatMemory(count: constantCount, hugePages: false)
    let left = Monitor(constants.sorted { $0.count < $1.count })
    let write = { @Sendable [kernels] in
      while let constant = left.update({ $0.popLast() }) {
        constant.write(to: memory, kernels)
      }
    }
    _ = alongside(write, on: "pack weights", write)
    return memory
  }

  private mutating func call(for step: InferenceStep.Convolution) -> KernelCall {
    let call = ConvolutionCall(
      step.kind, input: layouts[step.input], output: layouts[step.output], pools: step.pools)
    let algorithm = call.fastest(kernels)
    let count = call.packedCount(for: algorithm)
    let weights = place(of: count)
    constants.append(
      .init(content: .weights(of: step, call, algorithm), start: weights, count: count))
    return .convolve(
      .init(
        call: call, algorithm: algorithm, weights: weights, bias: step.bias.map { constant($0) },
        epilogue: .init(
          relu: step.relu, addend: step.addend.map { layouts[$0] }, reluAfterAdd: step.reluAfterAdd)
      ))
  }

  /// Adds constants and returns where they begin.
  private mutating func constant(_ values: [Float]) -> Int {
    let start = place(of: values.count)
    constants.append(.init(content: .values(values), start: start, count: values.count))
    return start
  }

  private mutating func place(of count: Int) -> Int {
    defer { constantCount += BlockLayout.roundedUp(count) }
    return constantCount
  }
}
