import FileSystem
import NeuralNetwork
import SystemPackage
import TestSupport
import Testing

@testable import Service

@Suite("A model's rehearsal")
struct ModelRehearsalTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private static let shipped = ShippedModel.path("plain")

  /// Writes the shipped model with all its weights changed.
  private func model(_ change: (Float) -> Float) throws -> FilePath {
    let bytes = try File.contents(of: Self.shipped)
    let good = try Model(name: "plain", bytes: bytes)
    let changed = try Model(
      name: "changed", architecture: good.architecture, labels: good.labels, input: good.input,
      parameters: good.parameters.mapValues {
        Tensor(shape: $0.shape, values: $0.values.map(change))
      })
    return try folder.write(changed.serialized(), to: "changed.safetensors")
  }

  private func rule(_ path: FilePath) -> String? {
    do throws(ServingModelError) {
      _ = try ServingModel.rehearsed(path, instructionSet: .best)
      return nil
    } catch {
      guard case .invalid(_, let rule, _) = error else { return "\(error)" }
      return rule
    }
  }

  @Test("passes the shipped model, on which all instruction sets agree")
  func good() throws {
    let file = try ModelFile(reading: Self.shipped)
    let rehearsal = try ModelRehearsal(
      of: file, on: .best, comparedWith: InstructionSet.supported)
    #expect(rehearsal.difference < ModelRehearsal.tolerance)
    #expect(rule(Self.shipped) == nil)
  }

  @Test("refuses a model whose training has diverged")
  func diverged() throws {
    #expect(rule(try model { $0 * 1e30 }) == "not_finite")
  }

  @Test("refuses a model that says the same of every picture")
  func constant() throws {
    #expect(rule(try model { _ in 0 }) == "constant")
  }
}
