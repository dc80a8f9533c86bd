import FileSystem
import SystemPackage
import Threading

@testable import Manifest

/// Drafts and clocks for the tests.
enum Samples {
  static let ankleBoot = Entry.Category(index: 9, label: "Ankle boot", slug: "ankle-boot")
  static let coat = Entry.Category(index: 4, label: "Coat", slug: "coat")
  static let model = Entry.Model(name: "hangtag", sha256: String(repeating: "0d", count: 32))
  static let sha256 = String(repeating: "a5", count: 32)
  static let moment = Timestamp(milliseconds: 1_769_847_330_042)

  static func accepted(_ claim: String = "c-1", source: String = "spring/IMG_1.jpg") -> EntryDraft {
    draft(
      claim, source, "done/ankle-boot/\(source)",
      .accepted(
        .init(
          category: ankleBoot, confidence: 0.98719,
          alternatives: [
            .init(label: "Sneaker", confidence: 0.0094),
            .init(label: "Sandal", confidence: 0.00215),
          ])), image: .init(format: "jpeg", width: 1200, height: 1600, bytes: 145_020))
  }

  static func review(_ claim: String = "c-2", source: String = "x.jpg") -> EntryDraft {
    draft(
      claim, source, "review/coat/\(source)",
      .review(
        .init(
          category: coat, confidence: 0.41,
          alternatives: [
            .init(label: "Pullover", confidence: 0.4), .init(label: "Shirt", confidence: 0.19),
          ]), reasons: ["ambiguous"]),
      image: .init(format: "png", width: 28, height: 28, bytes: 900))
  }

  static func rejected(_ claim: String = "c-3", source: String = "y.jpg") -> EntryDraft {
    draft(
      claim, source, "rejected/\(source)",
      .rejected(.init(code: "truncated", message: "The JPEG ends before its last row.")), image: nil
    )
  }

  /// A group of drafts of every kind, with claims that are made from the numbers.
  static func group(_ numbers: Range<Int>) -> [EntryDraft] {
    numbers.map { number in
      switch number % 3 {
      case 0: accepted("claim-\(number)", source: "a/\(number).jpg")
      case 1: review("claim-\(number)", source: "b/\(number).jpg")
      default: rejected("claim-\(number)", source: "c/\(number).jpg")
      }
    }
  }

  private static func draft(
    _ claim: String, _ source: String, _ storedAs: String, _ verdict: EntryDraft.Verdict,
    image: Entry.Image?
  ) -> EntryDraft {
    EntryDraft(
      claim: claim, source: RecordedPath(FilePath(source)), sha256: sha256, verdict: verdict,
      storedAs: RecordedPath(FilePath(storedAs)), image: image, model: model, receivedAt: moment,
      classifiedAt: Timestamp(milliseconds: moment.milliseconds + 7))
  }
}

extension Ledger {
  /// Opens a ledger whose wall clock stands still.
  init(
    _ scratch: Scratch, claimsInWork: Set<String> = [], policy: SealPolicy = SealPolicy(),
    clock: LedgerClock? = nil, perform: ManifestFolder.Performer? = nil,
    beforeReading: @escaping ManifestFolder.ReadGate = { _ in }
  ) throws {
    let standing = LedgerClock(
      wall: { Samples.moment }, monotonic: { MonotonicTime(nanoseconds: 0) })
    let directory = try scratch.directory()
    let folder =
      if let perform {
        ManifestFolder(directory, perform: perform, beforeReading: beforeReading)
      } else {
        ManifestFolder(directory, beforeReading: beforeReading)
      }
    try self.init(
      folder, claimsInWork: claimsInWork, policy: policy, clock: clock ?? standing)
  }
}
