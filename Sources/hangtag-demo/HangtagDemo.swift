import ArgumentParser

/// What `make run` shows with: fills an inbox, waits for the daemon, and shows what came of it. Not
/// installed.
@main
struct HangtagDemo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hangtag-demo",
    abstract: "Demonstrates a running hangtagd with articles of Fashion-MNIST's test set.",
    subcommands: [DropCommand.self, ShowCommand.self])
}

/// Why the demonstration cannot go on; a whole sentence.
struct DemoFailure: Error, CustomStringConvertible {
  let description: String
}
