import ArgumentParser
import Service

/// The tool: one subcommand a file. It reads what the daemon keeps and never disturbs it.
@main
struct Hangtag: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hangtag",
    abstract: "Classifies product photos, and shows what the daemon hangtagd does with them.",
    discussion: """
      Photos are JPEG or PNG files. A category, such as Coat or Sneaker, comes with a confidence and \
      the word accepted or review; review means that a person should look.

      Examples:
        hangtag classify photo.jpg          what is on this photo?
        hangtag classify --show photo.jpg   the same, with what the network sees
        hangtag status                      is the daemon running, and what waits?
        hangtag explain done/coat/a.jpg     what happened to this photo, and why?
        hangtag retry --all                 give the rejected photos another chance
        hangtag model install new.safetensors   put another model in place
        hangtag model rollback              go back to the one before

      Exit codes: 0 done, 64 wrong usage, 65 bad photo or model, 66 no such file, 73 cannot create, \
      74 disk trouble, 78 wrong configuration.
      """,
    version: Version.text,
    subcommands: [
      ClassifyCommand.self, StatusCommand.self, ExplainCommand.self, RetryCommand.self,
      CheckConfigCommand.self, ModelCommand.self, TrainCommand.self, EvaluateCommand.self,
      CalibrateCommand.self,
    ])
  /// Says what an unknown subcommand was probably meant to be; all else the parser says.
  static func main() {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    if let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"),
      !names.contains(word)
    {
      let hint =
        nearestName(to: word, among: names).map { "Did you mean `hangtag \($0)`?" }
        ?? "There are: \(names.joined(separator: ", "))."
      Console.complain("Error: `\(word.printable)` is no subcommand. \(hint)")
      exit(withError: ExitCode(Sysexits.usage))
    }
    main(nil)
  }
}
