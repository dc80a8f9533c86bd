import FileSystem
import SystemPackage

@testable import Manifest

/// Entries as the daemon writes them.
enum ManifestSamples {
  static let stream = "6f1c9f0e-8a43-4c55-9d0a-4b8f5f0c2d11"
  static let moment = Timestamp(milliseconds: 1_769_847_330_042)

  /// The journal lines of entries with these sequences.
  static func lines(_ sequences: ClosedRange<Int>) -> [[UInt8]] {
    sequences.map { Entry(draft($0), sequence: $0).journalLine }
  }

  /// A draft, of each outcome in turn.
  static func draft(_ number: Int) -> EntryDraft {
    let coat = EntryDraft.Finding(
      category: .init(index: 4, label: "Coat", slug: "coat"), confidence: 0.98,
      alternatives: [.init(label: "Shirt", confidence: 0.01)])
    let verdict: EntryDraft.Verdict =
      switch number % 3 {
      case 0: .review(coat, reasons: ["ambiguous"])
      case 1: .accepted(coat)
      default: .rejected(.init(code: "truncated", message: "Its end is missing."))
      }
    // One name in four is no UTF-8.
    let name = Array("a/\(number)".utf8) + (number % 4 == 3 ? [0xE9] : [])
    let source = RecordedPath(FilePath(bytes: name))
    return EntryDraft(
      claim: "claim-\(number)", source: source, sha256: String(repeating: "a5", count: 32),
      verdict: verdict, storedAs: source,
      image: number % 3 == 2 ? nil : .init(format: "png", width: 28, height: 30, bytes: 900),
      model: .init(name: "m", sha256: String(repeating: "0d", count: 32)), receivedAt: moment,
      classifiedAt: moment, supersedes: number % 4 == 0 ? "claim-0" : nil)
  }
}
