public import FileSystem
import Synchronization
public import Threading

/// The photos that wait in the inbox, handed out to workers one by one.
///
/// The queue stays on disk: what is in memory is bounded, whatever waits. A thread of its own
/// watches the inbox; events are hints that are handed out first, and when there are none it walks
/// lazily through the folders. A photo is in one worker's hands at a time. All methods may be called
/// from any thread.
public final class InboxQueue: Sendable {
  /// How a worker's turn with a candidate ended.
  public enum Outcome: Sendable {
    /// It has been claimed.
    case claimed
    /// It is no longer there, or is nothing that Hangtag takes.
    case gone
    /// To be looked at again then.
    case notReady(until: MonotonicTime)
    /// It cannot be read or taken; looked at again by each rescan.
    case blocked(FileSystemError)

    /// What a failed call on a photo in the inbox means for it.
    /// - Parameter now: a machine out of descriptors or memory is given a second from then.
    public init(failure error: FileSystemError, at now: MonotonicTime) {
      switch error.errno {
      case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels, .isDirectory,
        .noSuchAddressOrDevice:
        self = .gone
      case .staleNFSFileHandle: self = .notReady(until: now + .seconds(1))
      case _ where error.isPassing: self = .notReady(until: now + .seconds(1))
      default: self = .blocked(error)
      }
    }
  }

  /// How long a worker leaves a photo to another one that should be first. That one comes within
  /// microseconds, unless something else has its processor.
  private static let courtesy: Duration = .milliseconds(2)

  let core: InboxCore
  private let thread: Mutex<WorkerThread?>

  /// Starts to watch the inbox.
  /// - Parameter report: called with what belongs in the log, from the watching thread.
  public init(
    _ state: StateDirectory, settings: InboxSettings = InboxSettings(), time: TimeSource = .system,
    report: @escaping @Sendable (InboxNotice) -> Void = { _ in }
  ) throws(FileSystemError) {
    let core = try InboxCore(state, settings, time, report)
    self.core = core
    thread = Mutex(
      WorkerThread(name: "inbox") {
        InboxWatcher(core).run()
      })
  }

  deinit { stop() }

  /// Waits for the next photo.
  /// - Returns: nil when the queue has been stopped or, in once mode, when nothing is left. Hand
  ///   each candidate back with `finished`.
  public func next() -> Candidate? {
    var visit: QueueState.Visit?
    while true {
      var turn = core.shared.wait { state -> QueueState.Turn? in self.turn(of: &visit, in: &state) }
      if case .othersFirst? = turn {
        turn = core.shared.wait(until: .now + Self.courtesy) { state -> QueueState.Turn? in
          let turn = self.turn(of: &visit, in: &state)
          if case .othersFirst? = turn { return nil }
          return turn
        }
        turn = turn ?? core.shared.update { self.turn(of: &visit, in: &$0, anyway: true) }
      }
      switch turn {
      case .candidate(let element)?:
        return Candidate(path: element.path, isAnnounced: element.isAnnounced)
      case .end?: return nil
      case .othersFirst?, nil: continue
      }
    }
  }

  /// The next photo where at least `count` wait; does not wait for one. Hand it back with `finished`.
  public func next(ifWaiting count: Int) -> Candidate? {
    let element = core.shared.update { state -> BoundedQueue.Element? in
      defer { if state.takeWantsRoom() { core.wakeUp.ring() } }
      return state.takeOne(ofAtLeast: count)
    }
    guard let element else { return nil }
    return Candidate(path: element.path, isAnnounced: element.isAnnounced)
  }

  private func turn(
    of visit: inout QueueState.Visit?, in state: inout QueueState, anyway: Bool = false
  ) -> QueueState.Turn? {
    let thisVisit = visit ?? state.arrive()
    visit = thisVisit
    // Also where there was nothing to take: what was left may all have been handed out already.
    defer { if state.takeWantsRoom() { core.wakeUp.ring() } }
    return state.turn(for: thisVisit, at: core.time.monotonic(), anyway: anyway)
  }

  /// Opens a candidate where it lies. Symbolic links are followed nowhere. Fails at once where the
  /// photo could not be taken out of its folder, so that nobody reads it again and again for nothing.
  public func open(_ candidate: borrowing Candidate) throws(FileSystemError) -> File {
    let location = Folder.inbox.path.pushing(candidate.path)
    let folder = try core.state.root.directory(location.removingLastComponent())
    try folder.checkWritable()
    return try folder.open(location.fileName)
  }

  /// Whether more candidates wait to be handed out.
  public var hasMore: Bool { core.shared.read { $0.hasMore } }

  /// Whether a candidate may be read, or an incomplete one given up.
  /// - Parameter status: as it is now.
  public func readiness(
    of candidate: borrowing Candidate, _ status: FileStatus, bytes: Readiness.Bytes = .unread
  ) -> Readiness.Verdict {
    let (path, announced, now) = (candidate.path, candidate.isAnnounced, core.time.now)
    return core.shared.update { state in
      state.readiness.verdict(
        on: status, of: path, announced: announced, bytes: bytes, at: now)
    }
  }

  /// Takes a candidate back.
  /// - Returns: whether a blocked one is news: to be logged once, not at each look.
  @discardableResult
  public func finished(_ candidate: consuming Candidate, _ outcome: Outcome) -> Bool {
    let path = candidate.path
    let isNews = core.shared.update { state in state.finish(path, outcome) }
    // The watching thread may be asleep until a later moment.
    if case .notReady = outcome { core.wakeUp.ring() }
    return isNews
  }

  /// Ends every worker's wait. Photos in workers' hands may still be finished.
  public func stop() {
    core.shared.update { state in state.stop() }
    core.wakeUp.ring()
    if let thread = thread.withLock({ $0.take() }) { thread.join() }
  }

  /// How the inbox is doing.
  public var statistics: InboxStatistics { core.shared.read { $0.currentStatistics } }
}

/// What the queue and its watching thread share.
final class InboxCore: Sendable {
  let state: StateDirectory
  let settings: InboxSettings
  let time: TimeSource
  let report: @Sendable (InboxNotice) -> Void
  let shared: Monitor<QueueState>
  let wakeUp: WakeUp

  init(
    _ state: StateDirectory, _ settings: InboxSettings, _ time: TimeSource,
    _ report: @escaping @Sendable (InboxNotice) -> Void
  ) throws(FileSystemError) {
    self.state = state
    self.settings = settings
    self.time = time
    self.report = report
    shared = Monitor(QueueState(settings))
    wakeUp = try WakeUp()
  }
}
