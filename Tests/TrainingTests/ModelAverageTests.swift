import NeuralNetwork
import Testing

@testable import Training

@Suite struct ModelAverageTests {
  private func model(
    _ weight: Float, labels: [String] = ["a", "b"], seed: Int = 1, validation: Double = 0.1
  ) throws -> Model {
    try Model(
      name: "m\(weight)",
      architecture: Architecture(
        inputShape: [1, 28, 28],
        layers: [
          .flatten,
          .linear(.init(name: "head", inputFeatures: 784, outputFeatures: 2, bias: true)),
        ]),
      labels: labels, input: InputSpecification(preprocessing: 1),
      calibration: Calibration(temperature: 2),
      training: """
        {"data":[{"name":"d","sha256":"1f","images":9}],"recipe":{"validation":\(validation)},"seed":\(seed),"best":{"epoch":1},\
        "history":[],"test":{"loss":0.1},"test_data":[],"averaged_sha256":["old"]}
        """,
      parameters: [
        "head.weight": Tensor(shape: [2, 784], repeating: weight),
        "head.bias": Tensor(shape: [2], values: [weight, 0]),
      ])
  }

  @Test func eachWeightIsTheMean() throws {
    let mean = try ModelAverage.average([
      .init(model(1), sha256: "a1"), .init(model(2), sha256: "b2"), .init(model(6), sha256: "c3"),
    ])
    #expect(mean.parameters["head.weight"] == Tensor(shape: [2, 784], repeating: 3))
    #expect(mean.parameters["head.bias"]?.values == [3, 0])
    // The temperature of one of them would be wrong for it.
    #expect(mean.calibration == nil)
  }

  @Test func itTellsWhatItIsMadeOfAndCanBeCalibrated() throws {
    let mean = try ModelAverage.average([
      .init(model(1), sha256: "a1"), .init(model(2), sha256: "b2"),
    ])
    let read = try Model(name: "mean", bytes: mean.serialized())
    // The scores are one member's, or nobody's.
    #expect(
      read.training == """
        {"averaged_sha256":["a1","b2"],"data":[{"name":"d","sha256":"1f","images":9}],\
        "recipe":{"validation":0.1},"seed":1}
        """)
    #expect(HeldBack(read)?.seed == 1)
  }

  @Test func modelsThatDoNotBelongTogetherAreRefused() throws {
    for other in try [model(2, labels: ["a", "c"]), model(2, seed: 2), model(2, validation: 0.2)] {
      #expect(throws: TrainingError.self) {
        try ModelAverage.average([.init(model(1), sha256: "a1"), .init(other, sha256: "b2")])
      }
    }
  }
}
