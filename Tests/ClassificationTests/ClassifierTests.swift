import Glibc
import NeuralNetwork
import TestSupport
import Testing

@testable import Classification

struct ClassifierTests {
  /// A linear model of three categories: the first sees the left half, the second the right half,
  /// the third nothing.
  private func model(
    labels: [String] = ["Left", "Right", "Neither"], edge: Int = 28, preprocessing: Int = 1,
    mirror: Bool = false, temperature: Double? = nil
  ) throws -> Model {
    let left = (0..<edge * edge).map { $0 % edge < edge / 2 ? Float(0.01) : 0 }
    let right = left.map { 0.01 - $0 }
    return try Model(
      name: "halves",
      architecture: Architecture(
        inputShape: [1, edge, edge],
        layers: [
          .flatten,
          .linear(.init(name: "head", inputFeatures: edge * edge, outputFeatures: 3, bias: true)),
        ]),
      labels: labels,
      input: InputSpecification(preprocessing: preprocessing, mirror: mirror),
      calibration: temperature.map { Calibration(temperature: $0) },
      parameters: [
        "head.weight": Tensor(
          shape: [3, edge * edge],
          values: left + right + [Float](repeating: 0, count: edge * edge)),
        "head.bias": Tensor(shape: [3], values: [0, 0, 0.5]),
      ])
  }

  private func probabilities(
    _ classifier: Classifier, _ pixels: [UInt8], batch: Int = 1, looksOnce: Bool = false
  ) -> [Float] {
    let count = pixels.count / PreparedInput.pixelCount
    var result = [Float](repeating: 0, count: count * classifier.categories.count)
    var span = result.mutableSpan
    classifier.probabilities(
      of: pixels.span, count: count, into: &span,
      workspace: classifier.makeWorkspace(batch: batch, looksOnce: looksOnce))
    return result
  }

  /// The left half white: the first logit is 392 * 0.01 = 3.92, the second 0, the third 0.5.
  private let leftHalf = (0..<784).map { UInt8($0 % 28 < 14 ? 255 : 0) }

  private func softmax(_ logits: [Double]) -> [Double] {
    let weights = logits.map { exp($0) }
    return weights.map { $0 / weights.reduce(0, +) }
  }

  private func expectClose(_ values: [Float], _ expected: [Double], within limit: Double = 1e-5) {
    #expect(values.count == expected.count)
    for (value, expected) in zip(values, expected) {
      #expect(abs(Double(value) - expected) < limit)
    }
  }

  @Test func probabilitiesAreTheSoftmaxOfTheLogits() throws {
    let classifier = try Classifier(model())
    expectClose(probabilities(classifier, leftHalf), softmax([3.92, 0, 0.5]))
  }

  @Test func temperatureDividesTheLogits() throws {
    let classifier = try Classifier(model(temperature: 2))
    expectClose(probabilities(classifier, leftHalf), softmax([1.96, 0, 0.25]))
  }

  @Test func mirrorAveragesTheProbabilitiesOfBothViews() throws {
    let classifier = try Classifier(model(mirror: true))
    let one = softmax([3.92, 0, 0.5])
    let other = softmax([0, 3.92, 0.5])
    expectClose(probabilities(classifier, leftHalf), zip(one, other).map { ($0 + $1) / 2 })
    expectClose(probabilities(classifier, leftHalf, looksOnce: true), one)
  }

  @Test func scaleMeanAndDeviationAreApplied() throws {
    let plain = try model()
    let shifted = try Model(
      name: plain.name, architecture: plain.architecture, labels: plain.labels,
      input: InputSpecification(scale: 1.0 / 255, mean: 0.5, std: 0.5, preprocessing: 1),
      parameters: plain.parameters)
    // Left becomes 1, right -1.
    expectClose(
      probabilities(try Classifier(shifted), leftHalf), softmax([3.92, -3.92, 0.5]))
  }

  @Test(arguments: [false, true])
  func batchGivesWhatEachPhotoAloneGives(mirror: Bool) throws {
    let classifier = try Classifier(model(mirror: mirror))
    let photos = (0..<5).map { photo in
      (0..<784).map { UInt8(($0 * (photo + 3) * 31) % 251) }
    }
    let alone = photos.flatMap { probabilities(classifier, $0) }
    // A workspace of 2 takes the five in three turns.
    for batch in [2, 5] {
      expectClose(
        probabilities(classifier, photos.flatMap { $0 }, batch: batch), alone.map { Double($0) },
        within: 1e-6)
    }
  }

  @Test func categoriesCarryTheirSlugs() throws {
    let classifier = try Classifier(model(labels: ["T-shirt/top", "Ankle boot", "Bag"]))
    #expect(classifier.categories.map(\.slug) == ["t-shirt-top", "ankle-boot", "bag"])
    #expect(classifier.categories.map(\.index) == [0, 1, 2])
  }

  @Test func modelOfAnotherInputShapeIsRefused() throws {
    let other = try model(edge: 32)
    #expect(throws: ClassifierError.inputShape([1, 32, 32])) { try Classifier(other) }
  }

  @Test func modelOfUnknownPreprocessingIsRefused() throws {
    let other = try model(preprocessing: 7)
    #expect(throws: ClassifierError.unknownPreprocessing(7)) { try Classifier(other) }
  }

  @Test func modelWhoseLabelsShareAFolderIsRefused() throws {
    let other = try model(labels: ["Bag", "bag!", "Coat"])
    #expect(throws: ClassifierError.duplicateSlug("bag", labels: "Bag", "bag!")) {
      try Classifier(other)
    }
  }

  /// The labels and the softmax of PyTorch's logits in reference/golden.safetensors.
  @Test(.enabled(if: SharedData.isPresent, "needs ../shared"), arguments: ["residual", "plain"])
  func referenceModelsAgreeWithPyTorch(name: String) throws {
    let golden = try Safetensors(bytes: SharedFile.bytes("reference/golden.safetensors"))
    let classifier = try Classifier(SharedFile.model(name))
    let pixels = try golden.unsignedBytes("input_u8")
    let logits = try golden.doubles("\(name).logits")
    let expected = stride(from: 0, to: logits.count, by: 10).flatMap {
      softmax(Array(logits[$0..<$0 + 10]))
    }
    expectClose(probabilities(classifier, pixels, batch: 16), expected)
  }
}
