import ArgumentParser
import NeuralNetwork
import Service
import SystemPackage

/// `hangtag model install`.
struct ModelInstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Puts a copy of a model where the daemon reads it, and keeps the one before.",
    discussion: """
      Checks the new model as `hangtag model verify` does, then puts a copy in the place of the model \
      in use. The model that was there is kept beside it, with .previous behind its name; `hangtag \
      model rollback` goes back to it. A running daemon takes the new model over by itself, between \
      two photos, and `hangtag status` shows it.

      Examples:
        hangtag model install my.safetensors
        hangtag model install my.safetensors --model /srv/models/shoes.safetensors

      Exit codes: 0 installed, 65 the new model breaks a rule, 66 no such file, 73 no right to write \
      there, 74 disk trouble, 78 wrong configuration.
      """)

  @Argument(help: ArgumentHelp("The new model: a safetensors file.", valueName: "file"))
  var file: String

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var settings: SettingsOptions

  func run() throws { try ToolFailure.reportingService { try install() } }

  private func install() throws {
    let new = try ServingModel.rehearsed(
      WorkingDirectory.absolute(file), instructionSet: .best,
      comparedWith: InstructionSet.supported)
    let slot = ModelSlot(try settings.resolve(model: modelOptions.model).modelPath)
    let place = slot.path.string.printable
    if ModelFile.sha256(of: slot.path) == new.sha256 {
      return Console.line("\(place) is this model already, sha256 \(new.sha256). Nothing was done.")
    }
    try slot.install(new)
    Console.line("\(place) is now the new model, sha256 \(new.sha256).")
    if let old = ModelFile.sha256(of: slot.previousPath) {
      Console.line(
        "The one before is kept as \(slot.previousPath.string.printable), sha256 \(old).")
    }
    if slot.path == InstalledModel.path() {
      Console.line(
        "Note: the next upgrade of Hangtag replaces this file. To keep a model of your own, name it "
          + "in the configuration (`model:`) and install it there.")
    }
  }
}
