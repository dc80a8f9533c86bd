import Glibc
import NeuralNetwork

/// Changes weights by their gradients. One step a mini-batch, over all trained values at once.
struct Optimizer {
  /// The methods.
  enum Method: String, Sendable, CaseIterable {
    /// Stochastic gradient descent with Nesterov's momentum, as PyTorch's `SGD(nesterov=True)`.
    case sgd
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch's `AdamW`.
    case adamw
  }

  /// A run of values that are treated alike.
  struct Group {
    let range: Range<Int>
    /// 0 for biases and norms.
    let weightDecay: Float
  }

  let method: Method
  private let groups: [Group]
  /// SGD's momentum; AdamW's beta1.
  private let momentum: Float
  private let beta2: Float
  private static let epsilon: Float = 1e-8
  /// Steps taken.
  private(set) var step: Int
  /// One number a trained value: SGD's velocity, AdamW's mean of the gradients.
  private(set) var first: [Float]
  /// AdamW's mean of the squared gradients; empty for SGD.
  private(set) var second: [Float]

  /// An optimiser for the trained values that `groups` cover, before its first step.
  init(_ method: Method, groups: [Group], momentum: Double, beta2: Double) {
    self.method = method
    self.groups = groups
    self.momentum = Float(momentum)
    self.beta2 = Float(beta2)
    step = 0
    let count = groups.map(\.range.upperBound).max() ?? 0
    first = [Float](repeating: 0, count: count)
    second = [Float](repeating: 0, count: method == .adamw ? count : 0)
  }

  /// Goes on from what an earlier one remembered.
  mutating func restore(step: Int, first: [Float], second: [Float]) {
    precondition(first.count == self.first.count, "another network's memory")
    precondition(second.count == self.second.count, "another network's memory")
    self.step = step
    self.first = first
    self.second = second
  }

  /// Groups for a network: weight decay is for weights only.
  static func groups(
    _ slices: [ParameterSlice], trainedCount: Int, weightDecay: Double
  ) -> [Group] {
    slices.filter { $0.range.upperBound <= trainedCount }.map { slice in
      Group(range: slice.range, weightDecay: slice.role == .weight ? Float(weightDecay) : 0)
    }
  }

  /// Takes a step.
  ///
  /// - Parameters:
  ///   - values: The trained values first.
  ///   - gradients: Of the trained values.
  mutating func update(
    _ values: inout MutableSpan<Float>, gradients: Span<Float>, learningRate: Double
  ) {
    step += 1
    for group in groups {
      switch method {
      case .sgd: descend(&values, gradients, group, Float(learningRate))
      case .adamw: adapt(&values, gradients, group, Float(learningRate))
      }
    }
  }

  private mutating func descend(
    _ values: inout MutableSpan<Float>, _ gradients: Span<Float>, _ group: Group, _ rate: Float
  ) {
    let (momentum, decay) = (self.momentum, group.weightDecay)
    var velocity = first.mutableSpan
    for index in group.range {
      let gradient = gradients[index] + decay * values[index]
      let moved = momentum * velocity[index] + gradient
      velocity[index] = moved
      values[index] -= rate * (gradient + momentum * moved)
    }
  }

  private mutating func adapt(
    _ values: inout MutableSpan<Float>, _ gradients: Span<Float>, _ group: Group, _ rate: Float
  ) {
    let (beta1, beta2) = (momentum, self.beta2)
    let shrink = 1 - rate * group.weightDecay
    let stepSize = Float(Double(rate) / (1 - pow(Double(beta1), Double(step))))
    let rootScale = Float((1 - pow(Double(beta2), Double(step))).squareRoot())
    // In rounds, because one value cannot lend two of its arrays at a time.
    var mean = first.mutableSpan
    for index in group.range { mean[index] += (1 - beta1) * (gradients[index] - mean[index]) }
    var square = second.mutableSpan
    for index in group.range {
      let gradient = gradients[index]
      square[index] = beta2 * square[index] + (1 - beta2) * gradient * gradient
    }
    for index in group.range {
      let root = second[index].squareRoot() / rootScale + Self.epsilon
      values[index] = values[index] * shrink - stepSize * first[index] / root
    }
  }
}
