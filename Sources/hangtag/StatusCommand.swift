import ArgumentParser
import FoundationEssentials

/// `hangtag status`.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Says how the daemon stands, and what waits where.",
    discussion: """
      Works without a running daemon too: it looks at the folders and the manifests.

      Examples:
        hangtag status
        hangtag status --state-directory build/demo
        hangtag status --json | jq .inbox.photos

      Exit codes: 0 whether or not a daemon is running, 66 there is no state directory.
      """)

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var stateOptions: StateOptions
  @OptionGroup var settings: SettingsOptions

  func run() throws {
    try ToolFailure.reportingService {
      let overview = try StateOverview(of: try stateOptions.open(settings))
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Console.line(String(decoding: try encoder.encode(overview), as: UTF8.self))
      } else {
        Console.write(overview.text)
      }
    }
  }
}
