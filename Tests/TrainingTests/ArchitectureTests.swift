import FoundationEssentials
import NeuralNetwork
import TestSupport
import Testing

@testable import Training

@Suite struct BuiltInArchitectureTests {
  /// The reference models hold the study's final net and the residual net, saved by PyTorch.
  @Test(
    .enabled(if: SharedData.isPresent, "needs ../shared"),
    arguments: [("plain", BuiltInArchitecture.regularised), ("residual", .residual)])
  func theyAreTheReferences(file: String, known: BuiltInArchitecture) throws {
    let folder = try #require(SharedData.folder)
    let bytes = try Data(contentsOf: URL(filePath: "\(folder)/reference/\(file).safetensors"))
    let reference = try Model(name: file, bytes: Array(bytes))
    #expect(try known.architecture(categories: 10) == reference.architecture)
  }

  @Test func plainIsRegularisedWithoutDropout() throws {
    let layers = try BuiltInArchitecture.regularised.architecture(categories: 10).layers
    let rates = layers.compactMap { layer -> Double? in
      if case .dropout(let rate) = layer { rate } else { nil }
    }
    #expect(rates == [0.25, 0.25, 0.4, 0.3])
    let without = layers.filter { layer in
      if case .dropout = layer { false } else { true }
    }
    #expect(try BuiltInArchitecture.plain.architecture(categories: 10).layers == without)
  }

  @Test func theBatchNormVariantNormalisesEachConvolution() throws {
    let plain = try BuiltInArchitecture.regularised.architecture(categories: 12, batchNorm: true)
    #expect(plain.parameters.count { $0.role == .runningMean } == 3)
    #expect(plain.outputShape == [12])
  }
}
