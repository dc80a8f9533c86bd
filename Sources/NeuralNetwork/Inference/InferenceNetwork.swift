import CKernels

/// A model made ready to run: a fixed list of kernel calls over weights in the kernels' layout.
///
/// Immutable and shared between threads; each thread has a `Workspace` of its own. A photo's
/// logits do not depend on the photos that are run together with it.
public final class InferenceNetwork: Sendable {
  /// The number of logits that one input gives.
  public let classCount: Int
  /// The number of features of one input: what the last layer, a linear one, makes logits of.
  /// 0 where the last layer is no linear one.
  public let featureCount: Int
  /// The number of values of one input.
  public let inputCount: Int
  /// What the kernels were compiled for.
  public let instructionSet: InstructionSet

  /// Images that go through all layers together: enough to use each weight more than once, few
  /// enough for their feature maps to stay in a core's cache.
  private static let imagesPerPass = 4

  private let kernels: Kernels
  private let calls: [KernelCall]
  private let input: BlockLayout
  private let features: BlockLayout?
  private let output: BlockLayout
  private let memoryPerImage: Int
  /// Written once, before the network is shared.
  private let constants: FloatMemory

  /// Compiles the model's architecture and repacks its weights.
  ///
  /// - Precondition: The machine supports `instructionSet`.
  public init(_ model: Model, instructionSet: InstructionSet = .best) {
    guard let kernels = instructionSet.kernels else {
      preconditionFailure("this machine does not support \(instructionSet.rawValue)")
    }
    let plan = InferencePlan(
      model.architecture, parameters: model.parameters, kernels: kernels)
    var binding = PlanBinding(plan, kernels: kernels)
    calls = plan.steps.flatMap { binding.calls(for: $0) }
    input = binding.layouts[InferencePlan.input]
    features = plan.features.map { binding.layouts[$0] }
    featureCount = features?.channels ?? 0
    output = binding.layouts[plan.output]
    memoryPerImage = binding.memoryPerImage
    constants = binding.makeConstants()
    classCount = model.labels.count
    inputCount = model.architecture.inputShape.reduce(1, *)
    self.instructionSet = instructionSet
    self.kernels = kernels
  }

  /// The memory for one thread.
  ///
  /// - Parameters:
  ///   - batch: The most images that will usually be run at once; more still work.
  ///   - instructionSet: Computes with another's kernels, over the same weights.
  /// - Precondition: The other one reads weights as the network's own does
  ///   (`InstructionSet.readsWeights(like:)`).
  public func makeWorkspace(batch: Int = 1, instructionSet other: InstructionSet? = nil)
    -> Workspace
  {
    var kernels = kernels
    if let other {
      guard other.readsWeights(like: instructionSet), let others = other.kernels else {
        preconditionFailure("\(other.rawValue) cannot read these weights")
      }
      kernels = others
    }
    let images = min(max(batch, 1), Self.imagesPerPass)
    return Workspace(
      network: self, kernels: kernels, batch: images,
      memory: FloatMemory(count: memoryPerImage * images))
  }

  /// Moves the weights into huge pages, where the system has some: a look takes about a twentieth
  /// less. Takes milliseconds, and may run while other threads use the network.
  public func gatherWeights() { constants.gather() }

  /// Runs the network. Allocates nothing.
  ///
  /// - Parameters:
  ///   - inputs: `count` images, `[count, channels, height, width]`, already scaled.
  ///   - count: The number of images.
  ///   - logits: Takes `[count, classCount]`.
  ///   - workspace: Made by this network and used by no other thread meanwhile.
  public func logits(
    _ inputs: Span<Float>, count: Int, into logits: inout MutableSpan<Float>, workspace: Workspace
  ) {
    var none = MutableSpan<Float>()
    run(inputs, count: count, logits: &logits, features: &none, workspace: workspace)
  }

  /// Runs the network, and gives what the last layer saw besides what it made of it. Allocates
  /// nothing.
  ///
  /// - Parameters:
  ///   - inputs: `count` images, `[count, channels, height, width]`, already scaled.
  ///   - count: The number of images.
  ///   - logits: Takes `[count, classCount]`.
  ///   - features: Takes `[count, featureCount]`, unless it is empty.
  ///   - workspace: Made by this network and used by no other thread meanwhile.
  public func run(
    _ inputs: Span<Float>, count: Int, logits: inout MutableSpan<Float>,
    features: inout MutableSpan<Float>, workspace: Workspace
  ) {
    precondition(workspace.network === self, "the workspace belongs to another network")
    precondition(inputs.count >= count * inputCount, "the inputs are fewer than count images")
    precondition(logits.count >= count * classCount, "the logits do not fit")
    precondition(
      features.isEmpty || features.count >= count * featureCount, "the features do not fit")
    unsafe inputs.withUnsafeBufferPointer { inputs in
      unsafe logits.withUnsafeMutableBufferPointer { logits in
        unsafe features.withUnsafeMutableBufferPointer { features in
          guard let inputs = inputs.baseAddress, let logits = logits.baseAddress else { return }
          for first in stride(from: 0, to: count, by: workspace.batch) {
            let images = min(workspace.batch, count - first)
            unsafe run(
              inputs + first * inputCount, images: images, into: logits + first * classCount,
              workspace)
            guard let target = features.baseAddress, let layout = self.features else { continue }
            unsafe workspace.kernels.functions.unpack(
              layout.extent(images: images), layout.map(in: workspace.memory.pointer),
              target + first * featureCount, featureCount)
          }
        }
      }
    }
  }

  private func run(
    _ inputs: UnsafePointer<Float>, images: Int, into logits: UnsafeMutablePointer<Float>,
    _ workspace: Workspace
  ) {
    let (memory, kernels) = (workspace.memory, workspace.kernels)
    let functions = kernels.functions
    unsafe functions.pack(
      input.extent(images: images), inputs, inputCount, input.map(in: memory.pointer))
    for call in calls {
      call.run(kernels, memory: memory, constants: constants, images: images)
    }
    unsafe functions.unpack(
      output.extent(images: images), output.map(in: memory.pointer), logits, classCount)
  }
}
