import ArgumentParser
import NeuralNetwork
import Service
import SystemPackage

/// `hangtag model verify`.
struct ModelVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks a model file and runs it on this machine.",
    discussion: """
      Checks every rule of the file's form, the tensors against the architecture, and the labels; \
      then runs the network with every instruction set of this machine and compares the results.

      Example:
        hangtag model verify my.safetensors && cp my.safetensors /usr/share/hangtag/models/

      Exit codes: 0 the model is good, 65 it breaks a rule (the message says which), 66 no such file.
      """)

  @Argument(help: ArgumentHelp("The model: a safetensors file.", valueName: "file"))
  var file: String

  func run() throws { try ToolFailure.reportingService { try verify() } }

  private func verify() throws {
    let serving = try ServingModel(loading: FilePath(file), instructionSet: .best)
    let model = serving.model
    let rehearsal = try Rehearsal(of: model, file: file)
    let values = model.parameters.values.map(\.values.count).reduce(0, +)
    Console.line("\(file.printable): OK")
    var sheet = FactSheet()
    sheet.add("sha256", serving.sha256)
    sheet.add("form", "\(counted(model.parameters.count, "tensor")), \(values.grouped) values")
    sheet.add("labels", "\(model.labels.count), each names a folder")
    sheet.add("inference", rehearsal.words)
    Console.write(sheet.text(indent: 2))
  }
}

/// Runs a network on made-up inputs with every instruction set, alone and in a batch: the results
/// must be numbers, and the same.
private struct Rehearsal {
  private static let inputs = 8
  /// Instruction sets add in different orders: the largest difference, as a part of the largest
  /// logit.
  private static let tolerance: Float = 1e-4

  let words: String

  init(of model: Model, file: String) throws(ToolFailure) {
    let pixels = Self.pattern(count: Self.inputs * model.architecture.inputShape.reduce(1, *))
    var reference: [Float] = []
    var largest: Float = 1
    var difference: Float = 0
    for instructionSet in InstructionSet.supported {
      let network = InferenceNetwork(model, instructionSet: instructionSet)
      for batch in [Self.inputs, 1] {
        let logits = Self.logits(of: pixels, network, batch: batch)
        guard logits.allSatisfy(\.isFinite) else {
          throw .badData(
            "\(file) is not a usable model (not_finite): its logits are no numbers with "
              + "\(instructionSet.rawValue).")
        }
        if reference.isEmpty { reference = logits }
        largest = max(largest, logits.map(abs).max() ?? 0)
        difference = max(difference, zip(logits, reference).map { abs($0 - $1) }.max() ?? 0)
      }
    }
    guard difference <= Self.tolerance * largest else {
      throw .badData(
        "\(file) is not a usable model (inconsistent): its logits differ by \(difference) between "
          + "instruction sets or batches.")
    }
    let names = InstructionSet.supported.map(\.rawValue).joined(separator: ", ")
    words = "\(names): logits agree to \(difference), alone and in batches"
  }

  /// The same numbers from 0 to 1 everywhere: a linear congruential generator.
  private static func pattern(count: Int) -> [Float] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) / Float(1 << 24)
    }
  }

  private static func logits(
    of pixels: [Float], _ network: InferenceNetwork, batch: Int
  ) -> [Float] {
    let workspace = network.makeWorkspace(batch: batch)
    var all: [Float] = []
    for first in stride(from: 0, to: inputs, by: batch) {
      var logits = [Float](repeating: 0, count: batch * network.classCount)
      var span = logits.mutableSpan
      let start = first * network.inputCount
      let part = Array(pixels[start..<start + batch * network.inputCount])
      network.logits(part.span, count: batch, into: &span, workspace: workspace)
      all += logits
    }
    return all
  }
}
