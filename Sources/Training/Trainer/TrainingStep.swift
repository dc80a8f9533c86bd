public import NeuralNetwork

/// One step of a training on random images, again and again: forward, backward, and SGD with
/// Nesterov's momentum. For measuring how long a step takes.
public final class TrainingStep {
  private let network: TrainingNetwork
  private var optimizer: Optimizer
  private let inputs: [Float]
  private let labels: [UInt8]
  private var count = 0

  /// Prepares a network with random weights and one batch of random images.
  /// - Parameter batch: images a step.
  public init(_ architecture: Architecture, categories: Int, batch: Int, threads: Int) {
    network = TrainingNetwork(architecture, capacity: batch, threads: threads, seed: 1)
    let groups = Optimizer.groups(
      network.slices, trainedCount: network.trainedCount, weightDecay: 0.0005)
    optimizer = Optimizer(.sgd, groups: groups, momentum: 0.9, beta2: 0)
    inputs = (0..<batch * architecture.inputShape.reduce(1, *)).map { _ in .random(in: 0...1) }
    labels = (0..<batch).map { _ in UInt8.random(in: 0..<UInt8(categories)) }
  }

  /// Takes one step.
  public func run() {
    let (inputs, labels) = (inputs, labels)
    _ = network.gradients(
      inputs: inputs.span, labels: labels.span, count: labels.count, step: count)
    network.update { values, gradients in
      optimizer.update(&values, gradients: gradients, learningRate: 0.001)
    }
    count += 1
  }
}
