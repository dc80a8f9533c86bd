import ArgumentParser

/// `hangtag model`.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Shows and checks model files.",
    subcommands: [ModelShowCommand.self, ModelVerifyCommand.self])
}
