import Classification
import Imaging
import NeuralNetwork
import SamplePhotos
import Testing

@testable import Service

@Suite("A photo's analysis")
struct PhotoAnalyzerTests {
  private func photo(seed: UInt64) -> [UInt8] {
    let picture = PhotographicPicture.render(width: 120, height: 90, seed: seed)
    return PhotoEncoding.jpeg(JPEGEncoding()).encode(picture)
  }

  @Test("is the same alone and together with others, of which some cannot be read")
  func together() throws {
    let model = try ServingModel(loading: ShippedModel.path("hangtag"), instructionSet: .best)
    let policy = DecisionPolicy(calibration: model.classifier.calibration, threshold: nil)
    var files = (1...4).map { photo(seed: $0) }
    files.insert(Array("only words".utf8), at: 1)
    files.append([])
    var analyzer = PhotoAnalyzer(limits: DecodeLimits())
    var alone: [PhotoAnalysis] = []
    for file in files {
      alone.append(analyzer.analyze(file.span, with: model, policy: policy))
    }
    let confidences = alone.compactMap { try? $0.result.get().decision.confidence }
    #expect(Set(confidences).count == 4)
    // More at once than before, then fewer.
    for numbers in [0..<6, 0..<2, 1..<2, 4..<6] {
      var prepared: [PreparedPhoto] = []
      for file in files[numbers] { prepared.append(analyzer.prepare(file.span)) }
      let together = analyzer.classify(prepared, with: model, policy: policy)
      #expect(together.count == numbers.count)
      for (one, other) in zip(alone[numbers], together) {
        #expect(one.sha256 == other.sha256)
        #expect(one.decision == other.decision)
      }
    }
  }
}

extension PhotoAnalysis {
  /// The decision, or why there is none.
  fileprivate var decision: Result<Decision, DecodeError> { result.map(\.decision) }
}
