import FileSystem
import Inbox
import Threading

/// One thread that takes photos out of the inbox, classifies them and hands them to the committer.
struct Worker: ~Copyable {
  /// How long a trouble that is not the photo's fault is waited out before the next attempt.
  private static let pause: Duration = .seconds(1)

  private let inbox: InboxQueue
  private let claimer: Claimer
  private let commits: CommitQueue
  private let monitor: ServiceMonitor
  private let trace: Trace?
  private var processor: ClaimProcessor

  init(
    inbox: InboxQueue, claimer: Claimer, commits: CommitQueue, serving: ServingState,
    monitor: ServiceMonitor
  ) {
    self.inbox = inbox
    self.claimer = claimer
    self.commits = commits
    self.monitor = monitor
    trace = serving.trace
    processor = ClaimProcessor(serving: serving)
  }

  /// Works until the inbox has nothing more to give.
  mutating func run() {
    while let candidate = inbox.next() {
      let (path, start) = (candidate.path, MonotonicTime.now)
      handle(candidate)
      trace?.add(.photo, since: start, photo: path)
    }
    commits.workerEnded()
  }

  private mutating func handle(_ candidate: consuming Candidate) {
    let taken: TakenPhoto
    do throws(Refusal) {
      taken = try take(candidate)
    } catch {
      let path = candidate.path
      let isNews = inbox.finished(candidate, error.outcome)
      if isNews, case .blocked(let reason) = error.outcome { monitor.blocked(path, reason) }
      return
    }
    inbox.finished(candidate, .claimed)
    commits.put(
      taken.claim.isWhatWasRead
        ? processor.finish(taken.claim, taken.file, taken.contents)
        : processor.readAndFinish(taken.claim))
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
    return TakenPhoto(claim: try claim(candidate, status), file: file, contents: contents)
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
      monitor.incidents.ended("claim")
      return claim
    } catch {
      switch error {
      case .gone: throw Refusal(outcome: .gone)
      case .blocked(let reason): throw Refusal(outcome: .blocked(reason))
      case .outOfSpace, .failed:
        monitor.incidents.began("claim", error.description)
        throw Refusal(outcome: .notReady(until: .now + Self.pause))
      }
    }
  }
}

/// A photo that was read and claimed.
struct TakenPhoto: ~Copyable {
  let claim: Claim
  let file: File
  let contents: PhotoContents
}

/// Why a candidate stays in the inbox, as the queue is told.
struct Refusal: Error {
  let outcome: InboxQueue.Outcome

  init(outcome: InboxQueue.Outcome) { self.outcome = outcome }

  /// A call on the photo failed.
  init(_ error: FileSystemError) { outcome = .init(failure: error, at: .now) }
}
