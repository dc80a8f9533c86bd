import ArgumentParser
import NeuralNetwork
import Service
import SystemPackage

/// `hangtag model rollback`.
struct ModelRollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Goes back to the model before the one that was installed last.",
    discussion: """
      Exchanges the model in use with the one that `hangtag model install` kept beside it, with \
      .previous behind its name, in one step. A second rollback undoes the first. A running daemon \
      takes the model over by itself, between two photos.

      Example:
        hangtag model rollback && hangtag status

      Exit codes: 0 done, 65 the kept model is not usable, 66 none was kept, 73 no right to write \
      there, 74 disk trouble, 78 wrong configuration.
      """)

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var settings: SettingsOptions

  func run() throws { try ToolFailure.reportingService { try rollBack() } }

  private func rollBack() throws {
    let slot = ModelSlot(try settings.resolve(model: modelOptions.model).modelPath)
    let previous: ServingModel
    do throws(ServingModelError) {
      previous = try ServingModel.rehearsed(
        slot.previousPath, instructionSet: .best, comparedWith: InstructionSet.supported)
    } catch .missing {
      throw ModelSlotError.noPrevious(slot.previousPath)
    }
    try slot.rollBack()
    Console.line(
      "\(slot.path.string.printable) is the model before again, sha256 \(previous.sha256).")
    if let other = ModelFile.sha256(of: slot.previousPath) {
      Console.line(
        "The one it replaces is kept as \(slot.previousPath.string.printable), sha256 \(other).")
    }
  }
}
