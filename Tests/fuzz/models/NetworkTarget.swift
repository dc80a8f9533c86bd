import FuzzSupport
import NeuralNetwork

/// The text of an architecture: what it allows must run, on every instruction set.
struct NetworkTarget: FuzzTarget {
  let seeds = [
    "small.json": Array(NetworkSamples.small.utf8),
    "residual.json": Array(NetworkSamples.residual.utf8),
  ]

  func run(_ bytes: [UInt8]) {
    do {
      let text = String(decoding: bytes, as: UTF8.self)
      let architecture = try Architecture(json: text)
      let again = require("an architecture that is written can be read") {
        try Architecture(json: architecture.json)
      }
      check(again == architecture, "an architecture is read as it was written")
      guard architecture.isQuick, architecture.outputShape.count == 1 else { return }
      let model = try NetworkSamples.model(text)
      let stored = require("a model can be read as it was written") {
        try Model(name: model.name, bytes: model.serialized())
      }
      check(stored.parameters == model.parameters, "a model keeps its weights")
      compute(model)
    } catch let error as ArchitectureError {
      check(error.message.hasSuffix("."), "a whole sentence: \(error)")
    } catch let error as ModelError {
      check(error.message.hasSuffix("."), "a whole sentence: \(error)")
    } catch {
      fatalError("broken promise: an error of its own type: \(error)")
    }
  }

  private func compute(_ model: Model) {
    var first: [Float]?
    for instructionSet in InstructionSet.supported {
      let network = InferenceNetwork(model, instructionSet: instructionSet)
      let inputs = (0..<2 * network.inputCount).map { Float($0 % 7) / 7 }
      var logits = [Float](repeating: 0, count: 2 * network.classCount)
      var span = logits.mutableSpan
      network.logits(
        inputs.span, count: 2, into: &span, workspace: network.makeWorkspace(batch: 2))
      check(Self.agree(first ?? logits, logits), "\(instructionSet.rawValue) computes the same")
      first = first ?? logits
    }
  }

  /// Sums in another order: equal but for rounding, measured by the largest of them.
  private static func agree(_ some: [Float], _ others: [Float]) -> Bool {
    let scale = some.map(abs).max() ?? 0
    guard scale.isFinite, others.allSatisfy(\.isFinite) else { return true }
    return zip(some, others).allSatisfy { abs($0 - $1) <= 1e-2 * max(1, scale) }
  }
}
