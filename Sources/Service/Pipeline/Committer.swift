import FileSystem
import Inbox
import Manifest
import SystemPackage
import Threading

/// The one place where entries become durable and photos leave `work/`: a group of photos is synced,
/// gets names, then entries with a single sync, then the moves. Confined to one thread.
struct Committer: ~Copyable {
  /// The most photos that share one sync.
  static let largestGroup = 128
  /// The most photos whose move may be outstanding before no further ones are recorded.
  private static let unmovedLimit = 256
  /// How often in a row somebody may take the name that a photo is about to get.
  private static let mostTaken = 8
  /// How often the last seal is tried before the service ends without it: for about 8 s, unless it
  /// was told to stop.
  private static let lastAttempts = 5

  /// A recorded photo that has yet to be moved to where its entry says.
  private struct Unmoved {
    let claimed: ClaimedPhoto
    var entry: Entry
    var path: FilePath

    /// The folder that a further name is looked for in.
    var folder: FilePath {
      switch entry.outcome {
      case .accepted: Folder.done.path.pushing(FilePath(entry.category?.slug ?? ""))
      case .review: Folder.review.path.pushing(FilePath(entry.category?.slug ?? ""))
      case .rejected: Folder.rejected.path
      }
    }
  }

  private let commits: CommitQueue
  let monitor: ServiceMonitor
  let place: ProgressBoard.Place
  let trace: Trace?
  let sharedSync: SharedSync
  private var ledger: Ledger
  private var placement: Placement
  private var unmoved: [Unmoved] = []
  private var backOff = BackOff()
  /// Whether photos had to be left in `work/`, entries in the open journal, or a sealed manifest's
  /// journal beside it, because the disk refused to the end.
  var hasLeftPhotos: Bool { isUnfinished || commits.hasLeft }
  private var isUnfinished = false
  /// For the photos that are made durable on this thread.
  var patience: Patience {
    Patience(commits: commits, incidents: monitor.incidents, place: place)
  }

  init(
    ledger: consuming Ledger, placement: consuming Placement, commits: CommitQueue,
    sharedSync: SharedSync, monitor: ServiceMonitor, trace: Trace? = nil
  ) {
    self.trace = trace
    self.sharedSync = sharedSync
    self.ledger = ledger
    self.placement = placement
    self.commits = commits
    self.monitor = monitor
    place = monitor.board.join("commit")
  }

  /// The entry that the open journal holds for a claim.
  func recordedEntry(of claim: ClaimIdentity) -> Entry? {
    ledger.openEntry(claim: claim.description)
  }

  /// Commits what the workers hand over, and seals when it is due, until the workers have ended.
  mutating func run() {
    while true {
      let room = unmoved.count < Self.unmovedLimit ? min(Self.largestGroup, ledger.room) : 0
      let deadline = [ledger.nextDeadline, backOff.until].compactMap(\.self).max()
      place.now(.free)
      switch commits.take(atMost: room, until: deadline) {
      case .commit(let group): commit(group)
      case .deadline: retryMoves()
      case .end: return finish()
      }
      if ledger.sealDue, !backOff.isActive { seal() }
    }
  }

  /// Moves and seals what there is, trying again for a while where the disk refuses.
  private mutating func finish() {
    for _ in 0..<Self.lastAttempts {
      retryMoves()
      seal()
      if unmoved.isEmpty, ledger.openEntries == 0, ledger.isTidy { return }
      if commits.rest(for: backOff.pause) { break }
    }
    isUnfinished = true
  }

  /// Records a group of photos and moves them. If the disk refuses, waits until it does not, or
  /// until the service is to stop.
  mutating func commit(_ group: [FinishedPhoto]) {
    guard let group = makeDurable(group), let paths = choosePaths(for: group) else { return }
    let drafts = zip(group, paths).map { photo, path in photo.draft(storedAs: path) }
    let start = MonotonicTime.now
    let recorded = append(drafts)
    trace?.add(.record, since: start, count: drafts.count)
    guard let entries = recorded else {
      for path in paths { placement.release(path) }
      return
    }
    for index in entries.indices {
      monitor.recorded(entries[index], of: group[index])
      let start = MonotonicTime.now
      move(Unmoved(claimed: group[index].claimed, entry: entries[index], path: paths[index]))
      trace?.add(.move, since: start, photo: group[index].claimed.source)
    }
    if unmoved.isEmpty { monitor.incidents.ended("move") }
    monitor.progressed(stream: ledger.stream, nextSequence: ledger.nextSequence)
  }

  /// Moves a photo whose entry an earlier run had recorded.
  mutating func finishMove(of claimed: ClaimedPhoto, recordedAs entry: Entry) {
    guard let path = entry.storedAs.path else { return }
    move(Unmoved(claimed: claimed, entry: entry, path: path))
  }

  private mutating func choosePaths(for group: [FinishedPhoto]) -> [FilePath]? {
    var paths: [FilePath] = []
    for photo in group {
      let chosen = persist("place", "No place can be found for photos") {
        (committer) throws(FileSystemError) in
        try committer.placement.choose(
          for: photo.claimed.source, below: photo.folder, hasReason: photo.isRejected)
      }
      guard let chosen else {
        for path in paths { placement.release(path) }
        return nil
      }
      paths.append(chosen)
    }
    return paths
  }

  private mutating func append(_ drafts: [EntryDraft]) -> [Entry]? {
    let entries = persist("record", "The disk refuses") { (committer) throws(LedgerError) in
      try committer.ledger.append(drafts)
    }
    reportIncidents()
    return entries
  }

  /// Moves a recorded photo. Where somebody took its name meanwhile, or its folder does not take it,
  /// records a further entry that supersedes the first before the photo goes to the next free name.
  private mutating func move(_ waiting: Unmoved) {
    var waiting = waiting
    var taken = 0
    let isRejected = waiting.entry.outcome == .rejected
    place.now(.moving, waiting.claimed.source)
    do throws(FileSystemError) {
      while true {
        let reason = isRejected ? RejectionReason.document(waiting.entry) : nil
        let claimed = waiting.claimed
        switch try placement.move(
          claimed.identity, claimed.source, to: waiting.path, reason: reason,
          wasRetried: waiting.entry.supersedes != nil)
        {
        case .moved: return
        case .missing: return monitor.log.vanished(waiting.entry)
        case let other:
          let path = try nextPath(for: waiting, because: other, taken: &taken)
          let draft = EntryDraft(superseding: waiting.entry, storedAs: RecordedPath(path))
          guard let entry = append([draft])?.first else {
            placement.release(path)
            return unmoved.append(waiting)
          }
          (waiting.entry, waiting.path) = (entry, path)
        }
      }
    } catch {
      monitor.incidents.began("move", "A photo cannot be moved out of work/: \(error).")
      backOff.failed()
      unmoved.append(waiting)
    }
  }

  /// Another place for a photo that could not be moved to the one that its entry promises.
  /// - Parameter taken: how often its name was taken in a row.
  private mutating func nextPath(
    for waiting: Unmoved, because move: Placement.Move, taken: inout Int
  ) throws(FileSystemError) -> FilePath {
    let (source, hasReason) = (waiting.claimed.source, waiting.entry.outcome == .rejected)
    guard case .refused(let error) = move else {
      taken += 1
      guard taken <= Self.mostTaken else {
        throw FileSystemError(call: "rename", path: waiting.path, errno: .fileExists)
      }
      return try placement.choose(for: source, below: waiting.folder, hasReason: hasReason)
    }
    // Not below folders of somebody's, but in Hangtag's own.
    let path = try placement.choose(
      for: source.fileName, below: waiting.folder, hasReason: hasReason)
    if path.removingLastComponent() == waiting.path.removingLastComponent() {
      // That one refuses it: to record further names would help nobody.
      placement.release(path)
      throw error
    }
    return path
  }

  private mutating func retryMoves() {
    let waiting = unmoved
    unmoved = []
    for photo in waiting { move(photo) }
    if unmoved.isEmpty {
      monitor.incidents.ended("move")
      backOff.succeeded()
    }
  }

  private mutating func seal() {
    guard unmoved.isEmpty else { return retryMoves() }
    place.now(.sealing)
    do throws(FileSystemError) {
      try placement.syncTouched()
    } catch {
      monitor.incidents.began("seal", "The manifest cannot be sealed yet: \(error).")
      return backOff.failed()
    }
    do throws(LedgerError) {
      if let sealed = try ledger.seal() { monitor.log.sealed(sealed) }
      monitor.incidents.ended("seal")
      backOff.succeeded()
    } catch {
      monitor.incidents.began("seal", error.description)
      backOff.failed()
    }
    reportIncidents()
  }

  /// Tries until it works. Between attempts the thread rests, longer each time.
  /// - Parameter trouble: what a failure means, for the log.
  /// - Returns: nil when the service is to stop before it worked; the photos stay in `work/`.
  private mutating func persist<Value, Failure: Error & CustomStringConvertible>(
    _ kind: String, _ trouble: String, _ body: (inout Committer) throws(Failure) -> Value
  ) -> Value? {
    while true {
      place.now(.recording)
      do throws(Failure) {
        let value = try body(&self)
        monitor.incidents.ended(kind)
        backOff.succeeded()
        return value
      } catch {
        monitor.incidents.began(kind, "\(trouble): \(error).")
        backOff.failed()
        place.now(.waiting)
        if commits.rest(for: backOff.pause) {
          isUnfinished = true
          return nil
        }
      }
    }
  }

  private mutating func reportIncidents() {
    for event in ledger.takeIncidents() { monitor.log.report(event) }
  }
}
