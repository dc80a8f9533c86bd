import Classification
import FoundationEssentials
import NeuralNetwork
import Testing
import Threading

@Suite("Weights that are moved into huge pages")
struct GatheredWeightsTests {
  private static func shipped() throws -> Model {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../models/hangtag.safetensors")
    return try Model(name: "hangtag", bytes: [UInt8](Data(contentsOf: file)))
  }

  private static func answers(_ classifier: Classifier, _ pixels: [UInt8]) -> [Float] {
    var answers = [Float](repeating: .nan, count: classifier.categories.count)
    var span = answers.mutableSpan
    classifier.probabilities(
      of: pixels.span, count: 1, into: &span, workspace: classifier.makeWorkspace())
    return answers
  }

  @Test("give the same answers before, meanwhile and afterwards")
  func same() throws {
    let classifier = try Classifier(Self.shipped())
    let pixels = (0..<PreparedInput.pixelCount).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let before = Self.answers(classifier, pixels)
    let (meanwhile, _) = alongside(
      { (0..<20).map { _ in Self.answers(classifier, pixels) } }, on: "classify"
    ) {
      for _ in 0..<20 { classifier.gatherWeights() }
    }
    #expect(meanwhile.allSatisfy { $0 == before })
    #expect(Self.answers(classifier, pixels) == before)
  }
}
