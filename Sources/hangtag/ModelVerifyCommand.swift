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
      then runs the network on built-in pictures with every instruction set of this machine and \
      compares the results.

      Example:
        hangtag model verify my.safetensors

      Exit codes: 0 the model is good, 65 it breaks a rule (the message says which), 66 no such file.
      """)

  @Argument(help: ArgumentHelp("The model: a safetensors file.", valueName: "file"))
  var file: String

  func run() throws { try ToolFailure.reportingService { try verify() } }

  private func verify() throws {
    let read = try ModelFile(reading: FilePath(file))
    let model = read.model
    let rehearsal = try ModelRehearsal(
      of: read, on: .best, comparedWith: InstructionSet.supported)
    let values = model.parameters.values.map(\.values.count).reduce(0, +)
    Console.line("\(file.printable): OK")
    var sheet = FactSheet()
    sheet.add("sha256", read.sha256)
    sheet.add("form", "\(counted(model.parameters.count, "tensor")), \(values.grouped) values")
    sheet.add("labels", "\(model.labels.count), each names a folder")
    let sets = InstructionSet.supported.map(\.rawValue).joined(separator: ", ")
    sheet.add("inference", "\(sets): probabilities agree to \(rehearsal.difference)")
    Console.write(sheet.text(indent: 2))
  }
}
