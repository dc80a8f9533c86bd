import FuzzSupport
import Classification

@testable import NeuralNetwork

/// A weights file: first as safetensors, then as a model, then at work.
struct ModelTarget: FuzzTarget {
  var seeds: [String: [UInt8]] {
    let model = require("a small model") { try NetworkSamples.model(NetworkSamples.small) }
    let numbers = Tensor(shape: [2, 3], values: [0, 1, -1, .infinity, .nan, 1e-30])
    let scalar = Tensor(shape: [], values: [7])
    let tensors = [("a", numbers), ("b.c", Tensor(shape: [0, 5], values: [])), ("d", scalar)]
    return [
      "model.safetensors": model.serialized(),
      "tensors.safetensors": Safetensors.serialize(metadata: ["k": "v \u{e9}\n"], tensors: tensors),
      "types.safetensors": Self.file(
        #"{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"#
          + #""y":{"dtype":"U8","shape":[2],"data_offsets":[8,10]}}"#,
        [UInt8](0..<10)),
      "empty.safetensors": Self.file("{}", []),
    ]
  }

  private static func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
    file(Array(header.utf8), data)
  }

  private static func file(_ header: [UInt8], _ data: [UInt8]) -> [UInt8] {
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return length + header + data
  }

  /// Header and data apart, the header's length put right: else nearly every change would end there.
  func mutate(_ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8] {
    let length = bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count >= 8, length <= bytes.count - 8, !mutator.oneIn(8) else {
      return mutator.change(bytes)
    }
    let (header, data) = (Array(bytes[8..<8 + length]), Array(bytes[(8 + length)...]))
    return mutator.oneIn(4)
      ? Self.file(header, mutator.change(data)) : Self.file(mutator.change(header), data)
  }

  func run(_ bytes: [UInt8]) {
    do {
      try examine(Safetensors(bytes: bytes))
    } catch {
      check(error.message.hasSuffix("."), "a whole sentence: \(error)")
    }
    do {
      let model = try Model(name: "fuzz", bytes: bytes)
      let again = require("a model that is written can be read") {
        try Model(name: "fuzz", bytes: model.serialized())
      }
      check(again.serialized() == model.serialized(), "the same model gives the same bytes")
      if model.architecture.isQuick { try classify(model) }
    } catch let error as ModelError {
      check(error.message.hasSuffix("."), "a whole sentence: \(error)")
    } catch is ClassifierError {
    } catch {
      fatalError("broken promise: an error of its own type: \(error)")
    }
  }

  private func examine(_ file: Safetensors) throws(SafetensorsError) {
    var tensors: [(String, Tensor)] = []
    for name in file.names {
      switch file.type(name) {
      case .float32: tensors.append((name, try file.tensor(name)))
      case .float64: _ = try file.doubles(name)
      case .uint8: _ = try file.unsignedBytes(name)
      case .int64: _ = try file.integers(name)
      default: continue
      }
    }
    let again = try Safetensors(
      bytes: Safetensors.serialize(metadata: file.metadata, tensors: tensors))
    check(again.metadata == file.metadata, "the metadata is kept")
    check(again.names == tensors.map(\.0), "the tensors are kept")
    for (name, tensor) in tensors {
      let copy = try again.tensor(name)
      // No number is equal to itself if it is none.
      check(
        copy.shape == tensor.shape
          && copy.values.map(\.bitPattern) == tensor.values.map(\.bitPattern), "\(name) is kept")
    }
  }

  private func classify(_ model: Model) throws(ClassifierError) {
    let classifier = try Classifier(model)
    let pixels = (0..<PreparedInput.pixelCount).map { UInt8($0 % 256) }
    var answers = [Float](repeating: 0, count: classifier.categories.count)
    var span = answers.mutableSpan
    classifier.probabilities(
      of: pixels.span, count: 1, into: &span, workspace: classifier.makeWorkspace())
    check(answers.count == model.labels.count, "an answer a label")
  }
}
