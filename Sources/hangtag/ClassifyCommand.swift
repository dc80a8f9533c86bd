import ArgumentParser
import Classification
import Manifest
import SystemPackage

/// `hangtag classify`.
struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Says what is on photos.",
    discussion: """
      Prints one line a photo: the file, the category, the confidence, and accepted or review with \
      the reasons. The photos stay where they are, and no manifest is written.

      Examples:
        hangtag classify shoe.jpg coat.png
        hangtag classify --show shoe.jpg
        hangtag classify --json photos/*.jpg | jq 'select(.low_confidence)'

      Exit codes: 0 all photos could be read, 65 one could not, 66 a file is missing.
      """)

  @Argument(help: ArgumentHelp("JPEG or PNG files.", valueName: "file"))
  var files: [String]

  @Flag(help: "Print one JSON object a line, with the keys of a manifest's entry.")
  var json = false

  @Flag(help: "Draw what the network sees, with the probability of every category.")
  var show = false

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var settings: SettingsOptions

  func validate() throws {
    if json && show { throw ValidationError("--show is for people and --json for programs.") }
  }

  func run() throws { try ToolFailure.reportingService { try classify() } }

  private func classify() throws {
    let configuration = try settings.resolve(model: modelOptions.model)
    var observer = try PhotoObserver(configuration)
    let table = PhotoTable(files: files, labels: observer.model.labels)
    // A missing file outranks a bad one.
    var exitCode: Int32 = 0
    for file in files {
      let sight = observer.observe(FilePath(file))
      if json {
        Console.write(String(decoding: sight.observation.line, as: UTF8.self))
      } else {
        Console.line(table.line(sight.observation))
        if show, let view = sight.view {
          Console.line(view.lines(style: .ofOutput).joined(separator: "\n"))
        }
      }
      exitCode = max(exitCode, sight.exitCode)
    }
    if exitCode != 0 { throw ExitCode(exitCode) }
  }
}

/// One aligned line a photo.
struct PhotoTable {
  /// A name longer than this may push the columns to the right.
  private static let widestName = 64

  private let nameWidth: Int
  private let labelWidth: Int

  init(files: [String], labels: [String]) {
    nameWidth = min(Self.widestName, files.map(\.printable.count).max() ?? 0)
    labelWidth = max("rejected".count, labels.map(\.count).max() ?? 0)
  }

  func line(_ photo: Observation) -> String {
    let name = photo.source.text.printable.padded(to: nameWidth)
    guard let category = photo.category, let confidence = photo.confidence else {
      let error = photo.error.map { "\($0.code): \($0.message)" } ?? ""
      return "\(name)  \("rejected".padded(to: labelWidth))  \(error)"
    }
    let reasons = photo.reasons.isEmpty ? "" : ": " + photo.reasons.joined(separator: ", ")
    return "\(name)  \(category.label.padded(to: labelWidth))  \(confidence.percent.aligned(to: 7))"
      + "  \(photo.outcome.rawValue)\(reasons)"
  }
}
