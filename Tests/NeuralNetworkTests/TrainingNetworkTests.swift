import NeuralNetwork
import Testing

@Suite struct TrainingNetworkTests {
  private func network(
    _ inputShape: [Int], _ layers: [Architecture.Layer], capacity: Int, seed: UInt64 = 1
  ) throws -> TrainingNetwork {
    TrainingNetwork(
      try Architecture(inputShape: inputShape, layers: layers), capacity: capacity, threads: 2,
      seed: seed)
  }

  private func linear(_ name: String, _ input: Int, _ output: Int) -> Architecture.Layer {
    .linear(.init(name: name, inputFeatures: input, outputFeatures: output, bias: true))
  }

  /// From PyTorch's documentation of BatchNorm2d: momentum 0.1, the running variance unbiased.
  @Test func `running statistics move a tenth towards the batch's`() throws {
    let network = try network(
      [2, 2, 3], [.batchNorm2d(.init(name: "n", features: 2)), .flatten], capacity: 4)
    let inputs = numbers(4 * 12, seed: 3).map { 5 + $0 }
    _ = network.gradients(inputs: inputs.span, labels: [0, 1, 2, 3].span, count: 4, step: 0)
    let tensors = network.tensors()
    for channel in 0..<2 {
      let values = inputs.indices.filter { $0 / 6 % 2 == channel }.map { Double(inputs[$0]) }
      let mean = values.reduce(0, +) / 24
      let unbiased = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 23
      let runningMean = try #require(tensors["n.running_mean"]).values[channel]
      let runningVariance = try #require(tensors["n.running_var"]).values[channel]
      #expect(abs(Double(runningMean) - 0.1 * mean) < 1e-6)
      #expect(abs(Double(runningVariance) - (0.9 + 0.1 * unbiased)) < 1e-6)
    }
  }

  /// With one image a linear layer's weight gradient is the output's gradient times its input, so
  /// that it shows what dropout let through; the bias before shows what came back.
  @Test func `dropout masks forward and backward alike, anew in each step`() throws {
    let (features, rate) = (400, 0.25)
    let network = try network(
      [1, 1, 1],
      [.flatten, linear("a", 1, features), .dropout(rate: rate), linear("b", features, 2)],
      capacity: 1)
    let (a, b) = (try tensor(network, "a.weight"), try tensor(network, "b.weight"))
    var masks: [[Bool]] = []
    for step in [0, 1, 0] {
      _ = network.gradients(inputs: [1].span, labels: [0].span, count: 1, step: step)
      let gradients = gradients(of: network)
      let output = try #require(gradients["b.bias"])
      let through = try #require(gradients["b.weight"]).prefix(features).map { $0 / output[0] }
      let back = try #require(gradients["a.bias"])
      masks.append(through.map { $0 != 0 })
      for feature in 0..<features where through[feature] != 0 {
        #expect(abs(through[feature] - a[feature] / Float(1 - rate)) < 1e-4)
        let expected =
          (output[0] * b[feature] + output[1] * b[features + feature]) / Float(1 - rate)
        #expect(abs(back[feature] - expected) < 1e-5)
      }
      for feature in 0..<features where through[feature] == 0 { #expect(back[feature] == 0) }
    }
    #expect(masks[0] == masks[2])
    #expect(masks[0] != masks[1])
    // 400 draws with p = 0.75: mean 300, standard deviation 8.7.
    #expect(abs(masks[0].count { $0 } - 300) < 40)
  }

  /// With all weights 0, two classes and inputs of 1 each image adds -1/32 to the weight gradient
  /// of what its mask lets through, which dropout doubles: the gradient counts masks.
  @Test func `each image of a batch has a mask of its own`() throws {
    let (images, features) = (16, 200)
    let network = try network(
      [1, 1, features], [.flatten, .dropout(rate: 0.5), linear("l", features, 2)],
      capacity: images)
    network.load(network.tensors().mapValues { Tensor(shape: $0.shape, repeating: 0) })
    let inputs = [Float](repeating: 1, count: images * features)
    let labels = [UInt8](repeating: 0, count: images)
    _ = network.gradients(inputs: inputs.span, labels: labels.span, count: images, step: 0)
    let gradient = try #require(gradients(of: network)["l.weight"]).prefix(features)
    let counts = Set(gradient.map { Int(($0 * -16).rounded()) })
    // Binomial with n = 16, p = 1/2; equal masks would give few values, all far apart.
    #expect(counts.isSuperset(of: 6...10))
    #expect(counts.isSubset(of: 0...16))
  }

  private func tensor(_ network: TrainingNetwork, _ name: String) throws -> [Float] {
    try #require(network.tensors()[name]).values
  }

  @Test func `the seed decides the parameters, and they have He's variance`() throws {
    let layers: [Architecture.Layer] = [
      .conv2d(
        .init(
          name: "c", inputChannels: 16, outputChannels: 64, kernelSize: 3, padding: 1, bias: true)),
      .batchNorm2d(.init(name: "n", features: 64)), .globalAveragePool2d, .flatten,
    ]
    let one = try network([16, 4, 4], layers, capacity: 1, seed: 1)
    #expect(one.tensors() == (try network([16, 4, 4], layers, capacity: 1, seed: 1)).tensors())
    #expect(one.tensors() != (try network([16, 4, 4], layers, capacity: 1, seed: 2)).tensors())
    let weights = try tensor(one, "c.weight").map(Double.init)
    let variance = weights.reduce(0) { $0 + $1 * $1 } / Double(weights.count)
    #expect(abs(variance * 144 / 2 - 1) < 0.05)
    #expect(try tensor(one, "c.bias").allSatisfy { $0 == 0 })
    #expect(try tensor(one, "n.weight").allSatisfy { $0 == 1 })
    #expect(try tensor(one, "n.running_var").allSatisfy { $0 == 1 })
  }

  @Test func `trained values stand first and tensors come back as they were loaded`() {
    for test in TestNetwork.all {
      let network = TrainingNetwork(test.architecture, capacity: 1, threads: 1, seed: 1)
      network.load(test.tensors)
      #expect(network.tensors() == test.tensors)
      var values: [Float] = []
      network.update { vector, gradients in
        values = (0..<vector.count).map { vector[$0] }
        #expect(gradients.count == network.trainedCount)
      }
      #expect(values.count == network.valueCount)
      #expect(network.tensors(from: values) == test.tensors)
      for slice in network.slices {
        #expect(slice.role.isTrained == (slice.range.upperBound <= network.trainedCount))
      }
    }
  }

  @Test func `plain gradient descent learns a batch by heart, and inference agrees`() throws {
    let test = try #require(
      TestNetwork.all.first { $0.testDescription == "residual blocks as the reference has them" })
    let network = TrainingNetwork(test.architecture, capacity: 12, threads: 2, seed: 5)
    let (inputs, labels) = (test.inputs(12), test.labels(12))
    var results: [BatchResult] = []
    for step in 0..<150 {
      results.append(
        network.gradients(inputs: inputs.span, labels: labels.span, count: 12, step: step))
      network.update { values, gradients in
        for index in 0..<gradients.count { values[index] -= 0.05 * gradients[index] }
      }
    }
    #expect(results[149].loss < 0.05)
    #expect(results[149].correct == 12)

    let model = try Model(
      name: "m", architecture: test.architecture, labels: test.model.labels,
      input: test.model.input, parameters: network.tensors())
    let logits = logits(InferenceNetwork(model), inputs, count: 12)
    for (image, label) in labels.enumerated() {
      let row = logits[image * 3..<(image + 1) * 3]
      #expect(row.max() == row[image * 3 + Int(label)])
    }
  }
}
