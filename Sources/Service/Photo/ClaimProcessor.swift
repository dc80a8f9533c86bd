import Digest
import FileSystem
import Imaging
import Inbox
import Manifest
import Threading

/// What was found on reading a photo's file; the bytes themselves are in the processor's buffer.
enum PhotoContents: Sendable, Equatable {
  /// All bytes were read, and they are a whole picture or no picture at all.
  case whole
  /// All bytes were read, and the picture's end is missing.
  case incomplete
  /// More bytes than the limit allows; they were not read.
  case tooLarge
}

/// Reads photos and finishes claims: everything between the file's bytes and the committer. One a
/// thread; it keeps its buffers.
struct ClaimProcessor: ~Copyable {
  /// A buffer larger than this is given back after the photo that needed it.
  private static let keptCapacity = 16 << 20
  /// How often a file is read again that changes while it is read.
  private static let readingAttempts = 3

  private let serving: ServingState
  private let patience: Patience
  private var limits: DecodeLimits
  private var analyzer: PhotoAnalyzer
  private var bytes: [UInt8] = []

  init(serving: ServingState, patience: Patience) {
    self.serving = serving
    self.patience = patience
    limits = serving.current.limits
    analyzer = PhotoAnalyzer(limits: limits, trace: serving.trace)
  }

  /// Reads a photo's file into the buffer.
  mutating func read(
    _ file: borrowing File, _ status: FileStatus
  ) throws(FileSystemError) -> PhotoContents {
    adoptLimits()
    guard status.size <= limits.maximumBytes else { return .tooLarge }
    if bytes.capacity > Self.keptCapacity { bytes = [] }
    try file.readAll(into: &bytes, limit: limits.maximumBytes)
    return completeness(of: bytes.span) == .incomplete ? .incomplete : .whole
  }

  /// What was found out about a claim's file before the network is asked.
  struct Examination {
    fileprivate enum Finding {
      case photo(PreparedPhoto, byteCount: Int)
      case decided(Judgement)
    }

    fileprivate let finding: Finding
    /// An earlier claim of the same photo: `retry` left word of it on the file.
    fileprivate let supersedes: String?
    /// Why the disk refused to write the file: then no sync of it may be tried.
    fileprivate let writeFailure: FileSystemError?

    fileprivate var photo: PreparedPhoto? {
      if case .photo(let photo, _) = finding { photo } else { nil }
    }
  }

  /// Looks at a claim's file, whose bytes have been read, while the disk writes them: a copying program
  /// may just have left them in memory.
  mutating func examine(_ file: borrowing File, _ contents: PhotoContents) -> Examination {
    var writeFailure: FileSystemError?
    do throws(FileSystemError) {
      try file.beginWriteOut()
    } catch {
      writeFailure = error
    }
    let earlier = file.supersededClaim?.description
    return Examination(
      finding: finding(contents), supersedes: earlier, writeFailure: writeFailure)
  }

  /// Finishes a claim whose bytes have been read: makes it durable and decides its fate. Whatever
  /// goes wrong with this photo becomes its verdict.
  /// - Returns: nil where the machine was in trouble until the service was to stop: the photo stays
  ///   in `work/`.
  mutating func finish(
    _ claim: borrowing Claim, _ file: borrowing File, _ contents: PhotoContents
  ) -> FinishedPhoto? {
    let examination = examine(file, contents)
    let photo = judge([(claim.photo, examination)])[0]
    let start = MonotonicTime.now
    defer { serving.trace?.add(.sync, since: start) }
    if let failure = examination.writeFailure {
      return patience.inItsPlace(photo.damaged(by: failure), claim)
    }
    return patience.makeDurable(photo, claim, file)
  }

  /// Finishes claims as `finish` does, but asks the network about all at once, and leaves their sync to
  /// the group with which they are recorded.
  /// - Returns: each photo as `finish` does, in the same order.
  mutating func finishUnsynced(
    _ photos: [(taken: TakenPhoto, examination: Examination)]
  ) -> [FinishedPhoto?] {
    let judged = judge(photos.map { ($0.taken.photo, $0.examination) })
    return zip(photos, judged).map { each, photo in
      var photo = photo
      do throws(FileSystemError) {
        if let failure = each.examination.writeFailure { throw failure }
        // Else a failure of one photo would be told of the whole file system, to whoever asks first.
        try each.taken.file.writeOut()
      } catch {
        return patience.inItsPlace(photo.damaged(by: error), each.taken.unsynced.claim)
      }
      photo.unsynced = each.taken.unsynced
      return photo
    }
  }

  /// Decides what becomes of claims, by the model now in force.
  private mutating func judge(
    _ claims: [(photo: ClaimedPhoto, examination: Examination)]
  ) -> [FinishedPhoto] {
    let serving = serving.current
    let analyses = analyzer.classify(
      claims.compactMap(\.examination.photo), with: serving.model, policy: serving.policy)
    var next = 0
    return claims.map { claim in
      let judgement: Judgement
      switch claim.examination.finding {
      case .decided(let decided): judgement = decided
      case .photo(_, let byteCount):
        judgement = Judgement(analyses[next], model: serving.model, byteCount: byteCount)
        next += 1
      }
      return photo(
        claim.photo, judgement, supersedes: claim.examination.supersedes, serving)
    }
  }

  /// Reads and finishes a claim whose file is not the one that was read in the inbox, or that an
  /// earlier run left behind.
  /// - Returns: nil as `finish` does.
  mutating func readAndFinish(_ claim: borrowing Claim) -> FinishedPhoto? {
    do throws(FileSystemError) {
      guard let file = try patience.open(claim) else { return nil }
      var contents = PhotoContents.incomplete
      for _ in 0..<Self.readingAttempts {
        let before = try file.file.status()
        contents = try read(file.file, before)
        if try file.file.status().sameContent(as: before) { break }
      }
      return finish(claim, file.file, contents)
    } catch {
      let judgement = Judgement(
        unreadableBecause:
          "The photo cannot be read (\(error)). Check its permissions and the disk.")
      return patience.inItsPlace(
        photo(claim.photo, judgement, supersedes: Self.earlier(claim), serving.current), claim)
    }
  }

  /// Finishes a claim without reading it: its decoding has ended the daemon too often.
  func reject(_ claim: borrowing Claim, afterDeaths deaths: Int) -> FinishedPhoto {
    let verdict = PhotoVerdict(
      rejectedAs: "crashed_decoder",
      because: "Reading this photo ended the service \(deaths) times, so it is not tried again. "
        + "Please report it; converting it to another format may help.")
    return photo(
      claim.photo, Judgement(verdict), supersedes: Self.earlier(claim), serving.current)
  }

  /// The claim that a photo which was not read supersedes. None where the file cannot be opened: then
  /// nobody can tell.
  private static func earlier(_ claim: borrowing Claim) -> String? {
    do {
      return try claim.open().supersededClaim?.description
    } catch {
      return nil
    }
  }

  private mutating func adoptLimits() {
    let current = serving.current.limits
    guard current != limits else { return }
    limits = current
    analyzer = PhotoAnalyzer(limits: current, trace: serving.trace)
  }

  /// What is to become of a photo.
  fileprivate struct Judgement {
    let verdict: PhotoVerdict
    let sha256: String?
    let times: StageTimes

    init(_ verdict: PhotoVerdict, sha256: String? = nil, analysis: PhotoAnalysis? = nil) {
      self.verdict = verdict
      self.sha256 = sha256 ?? analysis?.sha256
      times = StageTimes(decidedAt: .now, analysis: analysis)
    }

    init(_ analysis: PhotoAnalysis, model: ServingModel, byteCount: Int) {
      self.init(
        PhotoVerdict(analysis, model: model, byteCount: byteCount), analysis: analysis)
    }

    init(unreadableBecause message: String) {
      self.init(PhotoVerdict(rejectedAs: DecodeError.Code.unreadable.rawValue, because: message))
    }
  }

  private mutating func finding(_ contents: PhotoContents) -> Examination.Finding {
    switch contents {
    case .tooLarge:
      // No digest either: it may be a terabyte.
      return .decided(Judgement(PhotoVerdict(largerThan: limits.maximumBytes)))
    case .incomplete where !bytes.isEmpty:
      let verdict = PhotoVerdict(
        rejectedAs: DecodeError.Code.truncated.rawValue,
        because: "The end of the photo is missing: the file stopped growing after \(bytes.count) "
          + "bytes. Copy it again.")
      return .decided(Judgement(verdict, sha256: SHA256.hex(of: bytes.span)))
    case .whole, .incomplete:
      // A reference, not a copy: the span must not hold on to the whole of self.
      let bytes = bytes
      return .photo(analyzer.prepare(bytes.span), byteCount: bytes.count)
    }
  }

  private func photo(
    _ claimed: ClaimedPhoto, _ judgement: Judgement, supersedes: String?, _ serving: Serving
  ) -> FinishedPhoto {
    let verdict = judgement.verdict
    return FinishedPhoto(
      claimed: claimed, folder: verdict.folder, sha256: judgement.sha256, verdict: verdict.verdict,
      image: verdict.image, model: serving.modelReference, classifiedAt: .now,
      supersedes: supersedes, times: judgement.times)
  }
}
