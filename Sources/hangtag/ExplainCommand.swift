import ArgumentParser
import FileSystem
import Inbox
import Manifest
import Service
import SystemPackage

/// `hangtag explain`.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Says what became of a photo, and why.",
    discussion: """
      Finds the photo's entry in the manifests. Where the photo can be read, it is looked at once \
      more, and the stages on the way to the network are shown.

      Examples:
        hangtag explain /var/lib/hangtag/review/coat/IMG_1.jpg
        hangtag explain spring/IMG_1.jpg    by its name in the inbox
        hangtag explain 5feceb66ffc8...     by its SHA-256

      Exit codes: 0 explained, 66 nothing is known of such a photo.
      """)

  @Argument(
    help: ArgumentHelp(
      "The photo's path now, its path in the inbox then, or its SHA-256.", valueName: "file"))
  var file: String

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var stateOptions: StateOptions
  @OptionGroup var settings: SettingsOptions

  func run() throws { try ToolFailure.reportingService { try explain() } }

  private func explain() throws {
    let state = try stateOptions.open(settings)
    let configuration = try settings.resolve(model: modelOptions.model)
    let search = try PhotoSearch(file, in: state)
    let found = search.found
    if let latest = found.first {
      Console.write(PhotoStory(latest).text)
      if found.count > 1 {
        Console.line(
          "\n\(counted(found.count - 1, "earlier record")) of this photo or name: "
            + found.dropFirst().map { "sequence \($0.entry.sequence)" }.joined(separator: ", ")
            + ".")
      }
    } else if search.isWaiting {
      let daemon =
        state.servingProcess() == nil ? "No daemon is running." : "The daemon is running."
      Console.line("\(file.printable) waits in the inbox. \(daemon)")
    } else if search.path != nil {
      Console.line("\(file.printable) is in no manifest of \(state.path).")
    } else {
      throw ToolFailure.noInput(
        "Nothing is known of \(file.printable) in \(state.path), and there is no such file.")
    }
    guard let path = search.path else { return }
    do {
      try showNow(path, configuration, recorded: found.first?.entry)
    } catch let error as ServingModelError where !found.isEmpty {
      // The record needs no model.
      Console.complain("The photo cannot be looked at once more. \(error)")
    }
  }

  /// What the photo looks like to the model of today.
  private func showNow(_ path: FilePath, _ configuration: Configuration, recorded: Entry?) throws {
    var observer = try PhotoObserver(configuration)
    let sight = observer.observe(path)
    let now = sight.observation
    if let recorded, let sha256 = recorded.sha256, sha256 != now.sha256 {
      Console.line("\nThe file that is there now has other bytes: it is another photo.")
    }
    guard let view = sight.view, let category = now.category, let confidence = now.confidence else {
      if recorded?.error == nil { Console.line("\nNow: \(now.error?.message ?? "")") }
      return
    }
    Console.line("\nNow, by the model \(now.model.name):")
    Console.line(view.lines(style: .ofOutput).joined(separator: "\n"))
    Console.line("")
    Console.write(view.stages.text(indent: 2))
    Console.line("\n  \(category.label) with \(confidence.percent): \(now.outcome.rawValue)")
    if recorded == nil {
      for reason in now.reasons {
        Console.line("  - \(ReasonText.sentence(reason, alternatives: now.alternatives))")
      }
    }
  }
}
