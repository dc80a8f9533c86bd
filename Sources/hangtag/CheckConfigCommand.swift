import ArgumentParser
import FoundationEssentials
import NeuralNetwork
import Service

/// `hangtag check-config`.
struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Checks the configuration and prints every setting in force.",
    discussion: """
      Reads the file, then the HANGTAG_ variables of the environment, which win over it. A mistyped \
      key or variable is an error. The model that is named, or installed, is checked and run too.

      Examples:
        hangtag check-config
        hangtag check-config /etc/hangtag/hangtag.yaml && systemctl reload hangtagd

      Exit codes: 0 usable, 65 or 66 the model is not, 78 the configuration is not.
      """)

  @Argument(
    help: ArgumentHelp(
      "The configuration file. Default: /etc/hangtag/hangtag.yaml, where it exists.",
      valueName: "file"))
  var file: String?

  func run() throws { try ToolFailure.reportingService { try check() } }

  private func check() throws {
    var settings = SettingsOptions()
    settings.config = file
    let resolver = settings.resolver()
    let configuration = try resolver.resolve()
    let instructionSet = try InstructionSet.selected(
      environment: ProcessInfo.processInfo.environment)
    do throws(ServingModelError) {
      let serving = try ServingModel.rehearsed(
        configuration.modelPath, instructionSet: instructionSet)
      _ = try serving.policy(for: configuration)
    } catch {
      // Where none is named and none installed, the configuration may be for another machine.
      guard case .missing = error, configuration.model == nil else { throw error }
    }
    if let path = resolver.fileInUse {
      Console.line("# \(path) is usable. In force:")
    } else {
      Console.line("# There is no \(ConfigurationResolver.defaultFile). In force:")
    }
    for (key, value) in configuration.lines { Console.line("\(key): \(value)") }
  }
}
