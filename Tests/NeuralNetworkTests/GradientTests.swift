import NeuralNetwork
import Testing

/// The gradients of one batch, by tensor, and the loss.
func gradients(
  _ test: TestNetwork, count: Int, threads: Int = 2, loss: CrossEntropy = .init(),
  teacher: [Float] = [], isa: InstructionSet = .best
) -> (loss: Double, gradients: [String: [Float]]) {
  let network = TrainingNetwork(
    test.architecture, capacity: count, threads: threads, seed: 1, instructionSet: isa)
  network.load(test.tensors)
  let result = network.gradients(
    inputs: test.inputs(count).span, labels: test.labels(count).span, teacher: teacher,
    count: count, step: 0, loss: loss)
  return (result.loss, gradients(of: network))
}

/// The gradients of a network's last batch, by tensor.
func gradients(of network: TrainingNetwork) -> [String: [Float]] {
  var gradients: [String: [Float]] = [:]
  network.update { _, vector in
    for slice in network.slices where slice.role.isTrained {
      gradients[slice.name] = slice.range.map { vector[$0] }
    }
  }
  return gradients
}

@Suite struct GradientTests {
  /// Central differences of the double-precision reference along some directions, for all values
  /// of a tensor at once: what is wrong in one value shows in every direction.
  @Test(arguments: TestNetwork.all)
  func `gradients are the loss's differences`(test: TestNetwork) throws {
    let count = 11
    let classes = test.architecture.outputShape[0]
    let loss = CrossEntropy(
      labelSmoothing: 0.1, classWeights: (0..<classes).map { 1 + Double($0) / 2 },
      distillation: 0.4)
    let teacher = (0..<count).flatMap { image in
      let row = numbers(classes, seed: UInt64(500 + image)).map { $0 * $0 + 0.1 }
      return row.map { $0 / row.reduce(0, +) }
    }
    let (inputs, labels) = (test.inputs(count), test.labels(count))
    let results = InstructionSet.supported.map {
      gradients(test, count: count, loss: loss, teacher: teacher, isa: $0)
    }
    var reference = ReferenceNetwork(test.architecture, test.tensors, isTraining: true)
    let expectedLoss = reference.loss(inputs, labels: labels, teacher: teacher, loss)
    for result in results { #expect(abs(result.loss - expectedLoss) < 1e-5) }

    for (name, values) in reference.parameters where results[0].gradients[name] != nil {
      for seed in 0..<3 as Range<UInt64> {
        let direction = numbers(values.count, seed: 1000 + seed).map(Double.init)
        func lossAt(_ step: Double) -> Double {
          reference.parameters[name] = zip(values, direction).map { $0 + step * $1 }
          return reference.loss(inputs, labels: labels, teacher: teacher, loss)
        }
        let step = 1e-6
        let difference = (lossAt(step) - lossAt(-step)) / (2 * step)
        reference.parameters[name] = values
        for result in results {
          let gradient = try #require(result.gradients[name]).map(Double.init)
          let slope = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
          let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
          #expect(abs(slope - difference) < 1e-4 * norm + 1e-6, "\(name)")
        }
      }
    }
  }

  @Test func `a bias before a batch norm has no gradient`() throws {
    // Batch norm takes away what the bias adds: what is left is rounding.
    let test = try #require(
      TestNetwork.all.first { $0.testDescription == "batch norm with and without relu" })
    let bias = try #require(gradients(test, count: 9).gradients["b.bias"])
    #expect(bias.allSatisfy { abs($0) < 1e-6 })
  }

  @Test(arguments: TestNetwork.all)
  func `the same gradients with any number of threads`(test: TestNetwork) {
    let expected = gradients(test, count: 21, threads: 1)
    for threads in [2, 3, 8] {
      let actual = gradients(test, count: 21, threads: threads)
      #expect(actual.loss == expected.loss)
      #expect(actual.gradients == expected.gradients)
    }
  }

  @Test func `a smaller batch after a larger one leaves nothing behind`() {
    for test in TestNetwork.all {
      let network = TrainingNetwork(test.architecture, capacity: 17, threads: 2, seed: 1)
      network.load(test.tensors)
      _ = network.gradients(
        inputs: test.inputs(17).span, labels: test.labels(17).span, count: 17, step: 0)
      for count in [1, 3] {
        _ = network.gradients(
          inputs: test.inputs(count).span, labels: test.labels(count).span, count: count, step: 0)
        #expect(gradients(of: network) == gradients(test, count: count).gradients)
      }
    }
  }
}
