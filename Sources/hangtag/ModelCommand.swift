import ArgumentParser

/// `hangtag model`.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Shows, checks and averages model files, and puts them in place.",
    subcommands: [
      ModelShowCommand.self, ModelVerifyCommand.self, ModelInstallCommand.self,
      ModelRollbackCommand.self, ModelAverageCommand.self,
    ])
}
