import ArgumentParser
import Inbox
import Manifest
import SystemPackage

/// `hangtag-demo show`: the folders and the last manifest of a state directory.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows the folders and the last manifest.")

  @Argument(help: "The state directory.")
  var directory: String

  func run() throws {
    let state = try StateDirectory(observing: FilePath(directory))
    print(directory)
    for line in try FolderTree(of: state).lines { print(line) }

    let reader = ManifestReader(try state.folder(.manifests))
    guard let number = try reader.overview().sealed.last else {
      throw DemoFailure(description: "No manifest is sealed in \(directory).")
    }
    let document = try reader.document(number)
    let name = ManifestReader.Place.sealed(number)
    let summary = document.summary
    print(
      """

      \(directory)/manifests/\(name): \(summary.photos) entries, \(summary.accepted) accepted, \
      \(summary.review) for review, \(summary.rejected) rejected
      """)
    for entry in document.entries { print("  " + Self.line(entry)) }
    if let first = document.entries.first {
      print("\nThe first entry in full:")
      print(String(decoding: RejectionReason.document(first), as: UTF8.self), terminator: "")
    }
  }

  private static func line(_ entry: Entry) -> String {
    func column(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let what = entry.category?.label ?? entry.error?.code ?? ""
    let confidence = entry.confidence.map { "\($0)" } ?? "-"
    return column(entry.source.text, 28) + column(what, 20) + column(confidence, 8)
      + ([entry.outcome.rawValue] + entry.reasons).joined(separator: "  ")
  }
}
