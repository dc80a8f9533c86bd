/// A network in training: its parameters, and their gradients over a batch.
///
/// A batch is divided into a fixed number of shards, whatever the number of threads; each shard's
/// gradients are summed by themselves and then added in the shards' order, and batch norm's
/// statistics in the images' order. So the same parameters, data and seed give bit-identical
/// gradients on one instruction set with any number of threads.
///
/// Not to be used by two threads at once; it has threads of its own.
public final class TrainingNetwork {
  /// What it computes.
  public let architecture: Architecture
  /// The largest batch.
  public let capacity: Int
  /// Where each tensor stands in the vector of parameters: first those that gradients train, then
  /// the running statistics.
  public let slices: [ParameterSlice]
  /// How many values gradients train.
  public let trainedCount: Int
  /// How many values there are, running statistics included.
  public let valueCount: Int

  /// Shards of a batch: enough threads find work, and few gradients to add.
  private static let shards = 8
  /// Images of a shard that go through some layers together, for the cache's sake.
  private static let imagesPerPass = 4

  private let team: WorkerTeam
  private let layers: TrainingLayers
  private let forward: TrainingSchedule
  private let backward: TrainingSchedule

  /// A network with new parameters: weights uniform with variance 2 / inputs (He et al. 2015),
  /// biases 0, batch norms the identity.
  ///
  /// - Parameters:
  ///   - capacity: The largest batch; memory is taken for it.
  ///   - threads: How many work on a batch; at most eight find work.
  ///   - seed: Decides the weights and dropout's masks.
  ///   - instructionSet: One that the machine supports.
  /// - Precondition: The architecture gives a list of logits.
  public init(
    _ architecture: Architecture, capacity: Int, threads: Int, seed: UInt64,
    instructionSet: InstructionSet = .best
  ) {
    guard let kernels = instructionSet.forTraining.kernels else {
      preconditionFailure("this machine does not support \(instructionSet.rawValue)")
    }
    precondition(architecture.outputShape.count == 1, "the network must give a list of logits")
    precondition(capacity > 0 && threads > 0, "a batch and a thread are the least")
    layers = TrainingLayers(
      architecture, capacity: capacity, shards: Self.shards, seed: seed, kernels: kernels)
    team = WorkerTeam(threads: threads)
    slices = layers.context.parameters.slices
    valueCount = layers.context.parameters.values.count
    trainedCount = slices.filter { $0.role.isTrained }.last?.range.upperBound ?? 0
    self.architecture = architecture
    self.capacity = capacity
    var forward = TrainingSchedule()
    var backward = TrainingSchedule()
    for layer in layers.layers { layer.addForward(to: &forward) }
    for layer in layers.layers.reversed() { layer.addBackward(to: &backward) }
    self.forward = forward
    self.backward = backward
    load(Initialisation(seed: seed).tensors(of: architecture))
  }

  /// Goes on from given tensors: fine-tuning, or a checkpoint.
  ///
  /// - Precondition: They are the architecture's, as a `Model`'s parameters are.
  public func load(_ tensors: [String: Tensor]) {
    let values = layers.context.parameters.values
    for slice in slices {
      guard let tensor = tensors[slice.name], tensor.shape == slice.shape else {
        preconditionFailure("the tensor \(slice.name) must be there and be \(slice.shape)")
      }
      for (position, value) in zip(slice.range, tensor.values) {
        unsafe values.pointer[position] = value
      }
    }
  }

  /// All tensors by their names in the file, ready for a `Model`.
  public func tensors() -> [String: Tensor] {
    let values = layers.context.parameters.values
    return tensors(from: (0..<valueCount).map { unsafe values.pointer[$0] })
  }

  /// The tensors of a vector like this network's, such as an average of several.
  ///
  /// - Precondition: `values` has `valueCount` values.
  public func tensors(from values: [Float]) -> [String: Tensor] {
    precondition(values.count == valueCount, "the vector must have all values")
    return Dictionary(
      uniqueKeysWithValues: slices.map { slice in
        (slice.name, Tensor(shape: slice.shape, values: Array(values[slice.range])))
      })
  }

  /// Lets an optimiser change the parameters.
  ///
  /// - Parameter body: Gets all `valueCount` values, which it may change, and the gradients of the
  ///   last batch for the first `trainedCount` of them.
  public func update(_ body: (_ values: inout MutableSpan<Float>, _ gradients: Span<Float>) -> Void)
  {
    let parameters = layers.context.parameters
    var values = unsafe MutableSpan(
      _unsafeStart: parameters.values.pointer, count: valueCount)
    let gradients = unsafe Span(
      _unsafeStart: parameters.gradients.pointer, count: trainedCount)
    body(&values, gradients)
  }

  /// One pass forward and back. Replaces the gradients and moves the running statistics.
  ///
  /// - Parameters:
  ///   - inputs: `count` images, `[count, channels, height, width]`, already scaled.
  ///   - labels: The index of each image's class.
  ///   - teacher: A teacher's probabilities, `[count, classes]`; empty for none.
  ///   - count: The number of images, from 1 to `capacity`.
  ///   - step: Dropout draws anew for each step, and the same for the same step.
  ///   - loss: What is to become small.
  public func gradients(
    inputs: Span<Float>, labels: Span<UInt8>, teacher: [Float] = [], count: Int, step: Int,
    loss: CrossEntropy = .init()
  ) -> BatchResult {
    precondition((1...capacity).contains(count), "a batch has from 1 to \(capacity) images")
    precondition(
      inputs.count == count * architecture.inputShape.reduce(1, *) && labels.count == count,
      "a batch needs the inputs and labels of all its images")
    precondition(
      teacher.isEmpty || teacher.count == count * architecture.outputShape.reduce(1, *),
      "a teacher gives each class of each image a probability")
    let parameters = layers.context.parameters
    parameters.prepare(team: team)
    return unsafe inputs.withUnsafeBufferPointer { inputs in
      unsafe labels.withUnsafeBufferPointer { labels in
        guard let inputs = inputs.baseAddress, let labels = labels.baseAddress else {
          preconditionFailure("a batch is not empty")
        }
        unsafe pack(inputs, count: count)
        run(forward, count: count, step: step)
        let result = unsafe apply(loss, labels, teacher, count: count)
        run(backward, count: count, step: step)
        parameters.collect(team: team)
        return result
      }
    }
  }

  private func pack(_ inputs: UnsafePointer<Float>, count: Int) {
    let context = layers.context
    let imageSize = architecture.inputShape.reduce(1, *)
    unsafe context.kernels.functions.pack(
      layers.input.extent(images: count), inputs, imageSize,
      context.map(layers.input, 0..<count))
  }

  private func run(_ schedule: TrainingSchedule, count: Int, step: Int) {
    for phase in schedule.phases {
      switch phase {
      case .batch(let work): work(count)
      case .images(let works):
        team.run(Self.shards) { shard in
          let last = (shard + 1) * count / Self.shards
          var first = shard * count / Self.shards
          while first < last {
            let next = min(first + Self.imagesPerPass, last)
            for work in works { work(TrainingPass(images: first..<next, shard: shard, step: step)) }
            first = next
          }
        }
      }
    }
  }

  /// Writes the gradients of the logits.
  private func apply(
    _ loss: CrossEntropy, _ labels: UnsafePointer<UInt8>, _ teacher: [Float], count: Int
  ) -> BatchResult {
    var weight = 0.0
    for image in 0..<count {
      weight += unsafe loss.classWeights?[Int(labels[image])] ?? 1
    }
    precondition(weight > 0, "a batch's labels must not all have the weight 0")
    var result = BatchResult(loss: 0, correct: 0)
    let classes = architecture.outputShape.reduce(1, *)
    unsafe teacher.withUnsafeBufferPointer { teacher in
      let rows = teacher.isEmpty ? nil : teacher.baseAddress
      for image in 0..<count {
        let (share, isHit) = unsafe layers.loss.run(
          loss, image: image, label: Int(labels[image]),
          teacher: rows.map { unsafe $0 + image * classes }, scale: 1 / weight)
        result.loss += share
        result.correct += isHit ? 1 : 0
      }
    }
    return result
  }
}
