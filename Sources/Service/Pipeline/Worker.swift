import FileSystem
import Inbox
import Threading

/// One thread that takes photos out of the inbox, classifies them and hands them to the committer.
struct Worker: ~Copyable {
  /// How long a trouble that is not the photo's fault is waited out before the next attempt.
  private static let pause: Duration = .seconds(1)
  private static let incident = "take"
  /// Where so many photos wait, two are classified together. With fewer, another worker may be idle.
  private static let fullInbox = 16

  private let inbox: InboxQueue
  private let claimer: Claimer
  private let commits: CommitQueue
  private let sharedSync: SharedSync
  private let monitor: ServiceMonitor
  private let place: ProgressBoard.Place
  private let trace: Trace?
  private let callForHelp: () -> Void
  private var processor: ClaimProcessor
  private var backOff = BackOff()
  private var workload = Workload()
  /// Why the last candidate was refused, where every other one would be too: a whole sentence.
  private var trouble: String?

  /// - Parameter callForHelp: is called when photos wait while this worker waits for something
  ///   else.
  init(
    inbox: InboxQueue, claimer: Claimer, commits: CommitQueue, sharedSync: SharedSync,
    serving: ServingState, monitor: ServiceMonitor, place: ProgressBoard.Place,
    callForHelp: @escaping () -> Void
  ) {
    self.inbox = inbox
    self.claimer = claimer
    self.commits = commits
    self.sharedSync = sharedSync
    self.monitor = monitor
    self.place = place
    self.callForHelp = callForHelp
    trace = serving.trace
    processor = ClaimProcessor(
      serving: serving,
      patience: Patience(commits: commits, incidents: monitor.incidents, place: place))
  }

  /// Works until the inbox has nothing more to give.
  mutating func run() {
    while let candidate = inbox.next() {
      let (path, start) = (candidate.path, MonotonicTime.now)
      let before = ProcessorTime.ofThisThread
      monitor.inboxIsGood()
      handle(candidate)
      if let trouble { rest(because: trouble) }
      place.now(.free)
      trace?.add(.photo, since: start, photo: path)
      let isSlow = workload.needsHelp(
        after: MonotonicTime.now - start, computing: ProcessorTime.ofThisThread - before)
      if isSlow, inbox.hasMore { callForHelp() }
    }
    commits.workerEnded()
  }

  /// Takes a photo through all stages; where many wait, a second one as well, so that the network looks
  /// at both together.
  private mutating func handle(_ candidate: consuming Candidate) {
    guard let first = accept(candidate) else { return }
    guard leavesSync(first) else { return handOver(first, finish(first)) }
    let examined = (taken: first, examination: examine(first))
    let start = MonotonicTime.now
    guard let candidate = inbox.next(ifWaiting: Self.fullInbox), let second = accept(candidate)
    else { return finish([examined]) }
    if leavesSync(second) {
      finish([examined, (second, examine(second))])
    } else {
      finish([examined])
      // Its bytes are still in the processor's buffer.
      handOver(second, finish(second))
    }
    trace?.add(.photo, since: start, photo: second.photo.source)
  }

  /// Reads a candidate and claims it, unless it is refused.
  private mutating func accept(_ candidate: consuming Candidate) -> TakenPhoto? {
    place.now(.taking, candidate.path)
    do throws(Refusal) {
      let taken = try take(candidate)
      inbox.finished(candidate, .claimed)
      monitor.incidents.ended(Self.incident)
      backOff.succeeded()
      place.now(.classifying, taken.photo.source)
      return taken
    } catch {
      let path = candidate.path
      let isNews = inbox.finished(candidate, error.outcome)
      if isNews, case .blocked(let reason) = error.outcome { monitor.blocked(path, reason) }
      trouble = error.trouble
      return nil
    }
  }

  /// A photo that comes alone is made durable at once; where more wait, that is done for many together.
  private func leavesSync(_ taken: TakenPhoto) -> Bool {
    taken.unsynced.claim.isWhatWasRead && inbox.hasMore && sharedSync.isGood
  }

  private mutating func examine(_ taken: TakenPhoto) -> ClaimProcessor.Examination {
    processor.examine(taken.file, taken.contents)
  }

  private mutating func finish(_ taken: TakenPhoto) -> FinishedPhoto? {
    guard taken.unsynced.claim.isWhatWasRead else {
      return processor.readAndFinish(taken.unsynced.claim)
    }
    return processor.finish(taken.unsynced.claim, taken.file, taken.contents)
  }

  /// Finishes photos whose sync is left to their group.
  private mutating func finish(
    _ photos: [(taken: TakenPhoto, examination: ClaimProcessor.Examination)]
  ) {
    for (each, photo) in zip(photos, processor.finishUnsynced(photos)) {
      handOver(each.taken, photo)
    }
  }

  private func handOver(_ taken: TakenPhoto, _ photo: FinishedPhoto?) {
    guard var photo else { return }
    let claimed = photo.claimed
    photo.times[.settle] = .nanoseconds(max(0, claimed.receivedAt - taken.changed))
    place.now(.waiting, claimed.source)
    commits.put(photo)
  }

  /// Every other photo would fail as well: to read them all, again and again, helps nobody.
  private mutating func rest(because trouble: String) {
    self.trouble = nil
    monitor.incidents.began(Self.incident, trouble)
    backOff.failed()
    place.now(.waiting)
    _ = commits.rest(for: backOff.pause)
  }

  /// Looks at a candidate, reads it where it lies, and claims it if it is ready.
  private mutating func take(_ candidate: borrowing Candidate) throws(Refusal) -> TakenPhoto {
    let file = try open(candidate)
    let status = try status(of: file)
    guard status.kind == .regular else { throw Refusal(outcome: .gone) }
    try wait(for: inbox.readiness(of: candidate, status))
    let start = MonotonicTime.now
    let contents = try read(file, status)
    trace?.add(.read, since: start)
    if contents == .incomplete {
      try wait(for: inbox.readiness(of: candidate, status, bytes: .incomplete))
    }
    let claim = try claim(candidate, status)
    return TakenPhoto(claim, file, contents, changed: status.changed)
  }

  private func wait(for verdict: Readiness.Verdict) throws(Refusal) {
    if case .wait(let until) = verdict { throw Refusal(outcome: .notReady(until: until)) }
  }

  private func open(_ candidate: borrowing Candidate) throws(Refusal) -> File {
    do throws(FileSystemError) {
      return try inbox.open(candidate)
    } catch {
      throw Refusal(error)
    }
  }

  private func status(of file: borrowing File) throws(Refusal) -> FileStatus {
    do throws(FileSystemError) {
      return try file.status()
    } catch {
      throw Refusal(error)
    }
  }

  private mutating func read(
    _ file: borrowing File, _ status: FileStatus
  ) throws(Refusal) -> PhotoContents {
    do throws(FileSystemError) {
      return try processor.read(file, status)
    } catch {
      throw Refusal(error)
    }
  }

  private func claim(
    _ candidate: borrowing Candidate, _ status: FileStatus
  ) throws(Refusal) -> Claim {
    do throws(ClaimError) {
      let start = MonotonicTime.now
      let claim = try claimer.claim(candidate, read: status)
      trace?.add(.claim, since: start)
      return claim
    } catch {
      switch error {
      case .gone: throw Refusal(outcome: .gone)
      case .blocked(let reason): throw Refusal(outcome: .blocked(reason))
      case .outOfSpace, .failed:
        throw Refusal(
          outcome: .notReady(until: .now + Self.pause), trouble: error.description)
      }
    }
  }
}

/// A photo that was read and claimed.
final class TakenPhoto {
  let unsynced: UnsyncedClaim
  let file: File
  let contents: PhotoContents
  /// When it was last changed, before the claim: nanoseconds since 1970.
  let changed: Int64

  var photo: ClaimedPhoto { unsynced.claim.photo }

  init(
    _ claim: consuming Claim, _ file: consuming File, _ contents: PhotoContents, changed: Int64
  ) {
    unsynced = UnsyncedClaim(claim)
    self.file = file
    self.contents = contents
    self.changed = changed
  }
}

/// Why a candidate stays in the inbox, as the queue is told.
struct Refusal: Error {
  let outcome: InboxQueue.Outcome
  /// A whole sentence, where the machine is at fault and not the photo.
  let trouble: String?

  init(outcome: InboxQueue.Outcome, trouble: String? = nil) {
    self.outcome = outcome
    self.trouble = trouble
  }

  /// A call on the photo failed.
  init(_ error: FileSystemError) {
    self.init(
      outcome: .init(failure: error, at: .now),
      trouble: error.isPassing ? "Photos in the inbox cannot be read: \(error)." : nil)
  }
}
