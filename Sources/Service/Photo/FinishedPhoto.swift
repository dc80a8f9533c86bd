import FileSystem
import Imaging
import Inbox
import Manifest
import SystemPackage

/// A claimed photo whose fate is decided, on its way to the committer.
struct FinishedPhoto: Sendable {
  let claimed: ClaimedPhoto
  /// The folder it goes to, below the state directory.
  let folder: FilePath
  let sha256: String?
  let verdict: EntryDraft.Verdict
  let image: Entry.Image?
  let model: Entry.Model
  let classifiedAt: Timestamp
  /// An earlier claim of the same photo, where it was put back by `hangtag retry`.
  let supersedes: String?
  var times: StageTimes
  /// Where the group is to make it durable; nil where that is done.
  var unsynced: UnsyncedClaim?

  var isRejected: Bool {
    if case .rejected = verdict { true } else { false }
  }

  /// A whole sentence.
  static func damage(by error: FileSystemError) -> String {
    "The disk failed while this photo was read or stored (\(error)); its bytes may be damaged. "
      + "Check the disk, then drop the photo again."
  }

  /// The same photo, rejected because the disk failed.
  func damaged(by error: FileSystemError) -> FinishedPhoto {
    let verdict = PhotoVerdict(
      rejectedAs: DecodeError.Code.unreadable.rawValue, because: Self.damage(by: error))
    return FinishedPhoto(
      claimed: claimed, folder: verdict.folder, sha256: nil, verdict: verdict.verdict,
      image: verdict.image, model: model, classifiedAt: .now, supersedes: supersedes, times: times)
  }

  /// The entry to be, once it is decided under which name the photo is kept.
  func draft(storedAs path: FilePath) -> EntryDraft {
    EntryDraft(
      claim: claimed.identity.description, source: RecordedPath(claimed.source), sha256: sha256,
      verdict: verdict,
      storedAs: RecordedPath(path), image: image, model: model,
      receivedAt: Timestamp(nanoseconds: claimed.receivedAt), classifiedAt: classifiedAt,
      supersedes: supersedes)
  }
}

/// The part of a photo's record that comes from its analysis.
struct PhotoVerdict: Sendable {
  let folder: FilePath
  let verdict: EntryDraft.Verdict
  let image: Entry.Image?

  /// What an analysis means for the photo.
  /// - Parameter byteCount: the length of the file.
  init(_ analysis: PhotoAnalysis, model: ServingModel, byteCount: Int) {
    switch analysis.result {
    case .failure(let error):
      self.init(rejectedAs: error.code.rawValue, because: error.message)
    case .success(let classified):
      let decision = classified.decision
      let categories = model.classifier.categories
      let category = categories[decision.index]
      let finding = EntryDraft.Finding(
        category: .init(index: category.index, label: category.label, slug: category.slug),
        confidence: decision.confidence,
        alternatives: decision.alternatives.map {
          .init(label: categories[$0.index].label, confidence: $0.confidence)
        })
      let image = Entry.Image(
        format: classified.image.format.rawValue, width: classified.image.width,
        height: classified.image.height, bytes: byteCount)
      switch decision.outcome {
      case .accepted:
        self.init(
          folder: Folder.done.path.appending(category.slug), verdict: .accepted(finding),
          image: image)
      case .review:
        self.init(
          folder: Folder.review.path.appending(category.slug),
          verdict: .review(finding, reasons: decision.reasons.map(\.rawValue)), image: image)
      }
    }
  }

  /// A photo that is rejected unread, because its file is larger than the configuration allows.
  init(largerThan maximumBytes: Int) {
    self.init(
      rejectedAs: DecodeError.Code.tooLarge.rawValue,
      because: "The file has more than \(byteCountText(maximumBytes)), the limit that `max_bytes` "
        + "sets. Save the photo smaller, or raise the limit.")
  }

  private init(folder: FilePath, verdict: EntryDraft.Verdict, image: Entry.Image?) {
    self.folder = folder
    self.verdict = verdict
    self.image = image
  }

  /// A photo that is not classified.
  init(rejectedAs code: String, because message: String) {
    self.init(
      folder: Folder.rejected.path, verdict: .rejected(.init(code: code, message: message)),
      image: nil)
  }
}
