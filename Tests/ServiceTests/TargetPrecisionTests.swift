import FileSystem
import FoundationEssentials
import NeuralNetwork
import SystemPackage
import Testing

@testable import Service

@Suite("What is accepted")
struct TargetPrecisionTests {
  /// The shipped study's net, calibrated on images that nobody has seen.
  private func model(_ calibration: Calibration?) throws -> ServingModel {
    let good = try Model(name: "plain", bytes: try File.contents(of: ShippedModel.path("plain")))
    let calibrated = try Model(
      name: "plain", architecture: good.architecture, labels: good.labels, input: good.input,
      calibration: calibration, parameters: good.parameters)
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors")
    try Data(calibrated.serialized()).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try ServingModel(loading: FilePath(file.path), instructionSet: .best)
  }

  private let calibration = Calibration(
    temperature: 1, threshold: 0.6, images: 1000,
    curve: [
      .init(threshold: 0.9, accepted: 700, wrong: 2),
      .init(threshold: 0.5, accepted: 950, wrong: 50),
    ])

  private func threshold(
    _ calibration: Calibration?, _ change: (inout Configuration) -> Void
  ) throws -> Double {
    var configuration = Configuration()
    change(&configuration)
    return try model(calibration).policy(for: configuration).threshold
  }

  @Test("is what the model was calibrated for, unless the configuration says more")
  func order() throws {
    #expect(try threshold(calibration) { _ in } == 0.6)
    #expect(try threshold(calibration) { $0.targetPrecision = 0.98 } == 0.9)
    #expect(try threshold(calibration) { $0.targetPrecision = 0.9 } == 0.5)
    #expect(
      try threshold(calibration) {
        $0.targetPrecision = 0.98
        $0.threshold = 0.7
      } == 0.7)
  }

  @Test("is refused where the calibration proves less, with what it proves")
  func unproven() throws {
    let error = #expect(throws: ServingModelError.self) {
      try threshold(calibration) { $0.targetPrecision = 0.999 }
    }
    #expect(error?.exitCode == 78)
    #expect(error?.description.contains("proves at most 0.9914") == true)
    let uncalibrated = #expect(throws: ServingModelError.self) {
      try threshold(nil) { $0.targetPrecision = 0.9 }
    }
    #expect(uncalibrated?.description.contains("proves nothing") == true)
  }
}
