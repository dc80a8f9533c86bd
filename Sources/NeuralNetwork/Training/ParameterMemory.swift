import CKernels

/// A training network's parameters and gradients: as the optimiser sees them, one vector in
/// PyTorch's layouts, and as the kernels do, packed.
///
/// Each shard of a batch has packed gradients of its own; they are added in the shards' order.
struct ParameterMemory: Sendable {
  /// A weight or a bias and its place among the packed ones.
  struct Packed: Sendable {
    let plain: Range<Int>
    let offset: Int
    let count: Int
    /// nil: a bias.
    let weights: hangtag_weights?
    /// Where the transposed weights begin, for the input's gradient.
    let transposed: Int?

    /// Plain outputs are packed in blocks; one is a task.
    fileprivate var outputs: Int { weights.map { Int($0.outputs) } ?? plain.count }
  }

  let slices: [ParameterSlice]
  let values: FloatMemory
  let gradients: FloatMemory
  let packed: FloatMemory
  let transposed: FloatMemory
  let shardGradients: FloatMemory
  let packedCount: Int
  private let shards: Int
  private let entries: [Packed]
  private let kernels: Kernels

  init(_ builder: Builder, shards: Int, kernels: Kernels) {
    slices = builder.slices
    entries = builder.entries
    packedCount = builder.packedCount
    values = FloatMemory(count: slices.last?.range.upperBound ?? 0)
    gradients = FloatMemory(count: values.count)
    packed = FloatMemory(count: packedCount)
    transposed = FloatMemory(count: builder.transposedCount)
    shardGradients = FloatMemory(count: packedCount * shards)
    self.shards = shards
    self.kernels = kernels
  }

  /// Collects what the layers need before the memory is made.
  struct Builder {
    let slices: [ParameterSlice]
    fileprivate(set) var entries: [Packed] = []
    fileprivate(set) var packedCount = 0
    fileprivate(set) var transposedCount = 0

    init(_ slices: [ParameterSlice]) { self.slices = slices }

    /// The place of a tensor in the optimiser's vector.
    func range(_ name: String) -> Range<Int> {
      guard let slice = slices.first(where: { $0.name == name }) else {
        preconditionFailure("an architecture lists every tensor of its layers")
      }
      return slice.range
    }

    mutating func addWeights(
      _ name: String, _ call: ConvolutionCall, transposed: ConvolutionCall?
    ) -> Packed {
      let entry = Packed(
        plain: range(name), offset: packedCount, count: call.packedCount,
        weights: call.weights, transposed: transposed.map { _ in transposedCount })
      transposedCount += transposed?.packedCount ?? 0
      return add(entry)
    }

    mutating func addBias(_ name: String) -> Packed {
      let plain = range(name)
      return add(
        Packed(
          plain: plain, offset: packedCount, count: BlockLayout.roundedUp(plain.count),
          weights: nil, transposed: nil))
    }

    private mutating func add(_ entry: Packed) -> Packed {
      entries.append(entry)
      packedCount += entry.count
      return entry
    }
  }

  /// A shard's gradients of a packed parameter.
  func gradient(_ entry: Packed, shard: Int) -> UnsafeMutablePointer<Float> {
    unsafe shardGradients.pointer + shard * packedCount + entry.offset
  }

  /// Packs the parameters for the kernels and sets the shards' gradients to zero.
  func prepare(team: WorkerTeam) {
    let blocks = outputBlocks
    team.run(blocks.count + shards) { task in
      if task < blocks.count {
        pack(blocks[task])
      } else {
        let start = unsafe shardGradients.pointer + (task - blocks.count) * packedCount
        unsafe start.update(repeating: 0, count: packedCount)
      }
    }
  }

  /// Adds the shards' gradients in their order and unpacks the sums.
  func collect(team: WorkerTeam) {
    let blocks = outputBlocks
    team.run(blocks.count) { unpack(blocks[$0]) }
  }

  /// Sixteen outputs, or fewer at the end, of one packed parameter: contiguous in both layouts.
  private struct OutputBlock: Sendable {
    let entry: Packed
    let outputs: Range<Int>
    /// Among the packed parameters.
    let packed: Range<Int>
  }

  private var outputBlocks: [OutputBlock] {
    entries.flatMap { entry in
      let blocks = BlockLayout.blocks(entry.outputs)
      let size = entry.count / blocks
      return (0..<blocks).map { block in
        let first = block * BlockLayout.block
        let start = entry.offset + block * size
        return OutputBlock(
          entry: entry, outputs: first..<min(first + BlockLayout.block, entry.outputs),
          packed: start..<start + size)
      }
    }
  }

  private func pack(_ block: OutputBlock) {
    let entry = block.entry
    let plain = unsafe values.pointer + entry.plain.lowerBound
    let target = unsafe packed.pointer + entry.offset
    let (first, last) = (Int32(block.outputs.lowerBound), Int32(block.outputs.upperBound))
    guard var weights = entry.weights else {
      for output in block.outputs { unsafe target[output] = plain[output] }
      return
    }
    unsafe kernels.functions.pack_weights(&weights, first, last, plain, target)
    if let offset = entry.transposed {
      unsafe kernels.functions.pack_transposed_weights(
        &weights, first, last, plain, transposed.pointer + offset)
    }
  }

  private func unpack(_ block: OutputBlock) {
    let entry = block.entry
    for shard in 1..<shards {
      unsafe kernels.functions.accumulate(
        block.packed.count, shardGradients.pointer + shard * packedCount + block.packed.lowerBound,
        shardGradients.pointer + block.packed.lowerBound)
    }
    let sums = unsafe shardGradients.pointer + entry.offset
    let plain = unsafe gradients.pointer + entry.plain.lowerBound
    guard var weights = entry.weights else {
      for output in block.outputs { unsafe plain[output] = sums[output] }
      return
    }
    unsafe kernels.functions.unpack_weights(
      &weights, Int32(block.outputs.lowerBound), Int32(block.outputs.upperBound), sums, plain)
  }
}
