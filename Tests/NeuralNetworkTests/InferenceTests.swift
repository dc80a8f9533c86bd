import NeuralNetwork
import Testing

/// The logits of `count` inputs.
func logits(_ network: InferenceNetwork, _ inputs: [Float], count: Int) -> [Float] {
  let workspace = network.makeWorkspace(batch: count)
  var logits = [Float](repeating: .nan, count: count * network.classCount)
  var span = logits.mutableSpan
  network.logits(inputs.span, count: count, into: &span, workspace: workspace)
  return logits
}

extension InstructionSet {
  /// How far a logit may be from the exact one.
  var tolerance: Double { self == .amxSplit ? 1e-4 : 1e-5 }
}

@Suite struct InferenceTests {
  @Test(arguments: InstructionSet.supported, TestNetwork.all + TestNetwork.pooled)
  func `a network gives what the definitions give`(isa: InstructionSet, network: TestNetwork) {
    let count = 5
    let inputs = network.inputs(count)
    let actual = logits(
      InferenceNetwork(network.model, instructionSet: isa), inputs, count: count)
    let expected = ReferenceNetwork(network.architecture, network.tensors)
      .logits(inputs, count: count)
    #expect(actual.count == expected.count)
    for (value, reference) in zip(actual, expected) {
      #expect(abs(Double(value) - reference) < isa.tolerance * max(1, abs(reference)))
    }
  }

  @Test(arguments: InstructionSet.supported)
  func `an image's logits do not depend on its batch`(isa: InstructionSet) {
    for test in TestNetwork.all + TestNetwork.pooled {
      let network = InferenceNetwork(test.model, instructionSet: isa)
      let inputs = test.inputs(11)
      let all = logits(network, inputs, count: 11)
      for image in 0..<11 {
        let one = Array(inputs[image * network.inputCount..<(image + 1) * network.inputCount])
        let classes = image * network.classCount..<(image + 1) * network.classCount
        #expect(logits(network, one, count: 1) == Array(all[classes]))
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func `logits are the last layer's of the features`(isa: InstructionSet) throws {
    for test in TestNetwork.all {
      let network = InferenceNetwork(test.model, instructionSet: isa)
      guard case .linear(let last)? = test.architecture.layers.last else {
        #expect(network.featureCount == 0)
        continue
      }
      #expect(network.featureCount == last.inputFeatures)
      let count = 6
      var logits = [Float](repeating: 0, count: count * network.classCount)
      var features = [Float](repeating: 0, count: count * network.featureCount)
      var logitSpan = logits.mutableSpan
      var featureSpan = features.mutableSpan
      let inputs = test.inputs(count)
      network.run(
        inputs.span, count: count, logits: &logitSpan, features: &featureSpan,
        workspace: network.makeWorkspace(batch: 4))
      let weight = try #require(test.tensors["\(last.name).weight"]).values
      let bias = test.tensors["\(last.name).bias"]?.values
      for place in logits.indices {
        let (image, output) = (place / network.classCount, place % network.classCount)
        let sum = (0..<last.inputFeatures).reduce(Double(bias?[output] ?? 0)) {
          $0 + Double(weight[output * last.inputFeatures + $1])
            * Double(features[image * last.inputFeatures + $1])
        }
        #expect(abs(sum - Double(logits[place])) < 1e-4 * max(1, abs(sum)))
      }
    }
  }

  @Test func `a workspace can be used again and again`() {
    let test = TestNetwork.all[7]
    let network = InferenceNetwork(test.model)
    let workspace = network.makeWorkspace()
    let inputs = test.inputs(2)
    let expected = logits(network, inputs, count: 2)
    for _ in 0..<3 {
      var actual = [Float](repeating: 0, count: expected.count)
      var span = actual.mutableSpan
      network.logits(inputs.span, count: 2, into: &span, workspace: workspace)
      #expect(actual == expected)
    }
  }
}
