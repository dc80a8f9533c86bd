import FileSystem
import SystemPackage
import Threading

/// What workers and the watching thread share, and its rules. No system call is made here.
struct QueueState {
  /// Every so many turns are for what a walk has found, where it has found something.
  private static let foundEvery = 4

  private var turns = 0
  /// From events and from deferred photos that have become due: handed out first, mostly.
  private var hints: BoundedQueue
  /// From the scan in progress.
  private var found: BoundedQueue
  /// What workers hold, and whether an event has spoken of it meanwhile.
  private var inFlight: [FilePath: Bool] = [:]
  private var deferred: DeferredPhotos
  private var blocked: BlockedPhotos
  var readiness: Readiness

  private(set) var isStopped = false
  /// Whether a scan is under way or wanted, so that `found` may fill again.
  var isScanning = true
  var wantsRescan = true
  /// Set in once mode after the first scan: when to stop waiting for photos that are not ready.
  var lastWait: MonotonicTime?
  /// Set by the watching thread when it has more to bring than there is room for.
  var wantsRoom = false
  var statistics = InboxStatistics()
  private let once: Bool
  private let settle: Duration
  /// Workers that wait for a photo, the one that came last at the end: it is served first, because
  /// the processor's caches still know its memory. Where photos come one at a time, the others never
  /// take memory for one.
  private var idle: [Visit] = []
  private var visits = 0

  static let foundCapacity = 256

  init(_ settings: InboxSettings) {
    hints = BoundedQueue(capacity: settings.hintCapacity)
    found = BoundedQueue(capacity: Self.foundCapacity)
    deferred = DeferredPhotos(capacity: settings.deferredCapacity)
    blocked = BlockedPhotos(capacity: settings.blockedCapacity)
    readiness = Readiness(settle: settings.settle, incompleteAfter: settings.incompleteAfter)
    once = settings.once
    settle = settings.settle
  }

  // MARK: The workers' side

  enum Turn {
    case candidate(BoundedQueue.Element)
    case end
    /// There may be a candidate, for a worker that is before this one.
    case othersFirst
  }

  /// One worker's wait for its next turn.
  struct Visit: Equatable {
    fileprivate let number: Int
  }

  /// Whether a worker waits.
  var hasVisitors: Bool { !idle.isEmpty }

  /// A worker comes for its next turn.
  mutating func arrive() -> Visit {
    visits += 1
    let visit = Visit(number: visits)
    idle.append(visit)
    return visit
  }

  /// The turn of a worker that has arrived; a candidate or the end ends its visit. Nil where there is
  /// nothing now.
  /// - Parameter anyway: whether it is served before those that should be first.
  mutating func turn(for visit: Visit, at now: MonotonicTime, anyway: Bool = false) -> Turn? {
    guard anyway || idle.last == visit else { return hasMore ? .othersFirst : nil }
    guard let turn = take(at: now) else { return nil }
    idle.removeAll { $0 == visit }
    return turn
  }

  /// The next candidate; nil where there is none now.
  private mutating func take(at now: MonotonicTime) -> Turn? {
    if isStopped { return .end }
    if let candidate = takeCandidate() { return .candidate(candidate) }
    return isExhausted(at: now) ? .end : nil
  }

  private mutating func takeCandidate() -> BoundedQueue.Element? {
    turns += 1
    // Else whoever closes files again and again would keep what a walk has found waiting.
    if turns % Self.foundEvery == 0, let next = takeFound() { return next }
    while let hint = hints.popFirst() {
      // A walk may have been quicker: then the event counts as one that came meanwhile.
      if inFlight[hint.path] != nil {
        inFlight[hint.path] = true
        continue
      }
      inFlight[hint.path] = false
      return hint
    }
    return takeFound()
  }

  private mutating func takeFound() -> BoundedQueue.Element? {
    while let next = found.popFirst() {
      // Events may have been quicker.
      if inFlight[next.path] != nil || deferred.contains(next.path) { continue }
      inFlight[next.path] = false
      return next
    }
    return nil
  }

  /// The next candidate, whoever waits, where there are probably so many.
  mutating func takeOne(ofAtLeast count: Int) -> BoundedQueue.Element? {
    guard !isStopped, hints.count + found.count >= count else { return nil }
    return takeCandidate()
  }

  /// Whether there is probably a candidate.
  var hasMore: Bool { !hints.isEmpty || !found.isEmpty }

  private func isExhausted(at now: MonotonicTime) -> Bool {
    guard once, !isScanning, !wantsRescan, inFlight.isEmpty, let lastWait else { return false }
    return deferred.isEmpty || now >= lastWait
  }

  /// Takes a candidate back.
  /// - Returns: whether a blocked one is news.
  mutating func finish(_ path: FilePath, _ outcome: InboxQueue.Outcome) -> Bool {
    let hinted = inFlight.removeValue(forKey: path) ?? false
    var isNews = false
    switch outcome {
    case .claimed, .gone:
      blocked.remove(path)
      readiness.forget(path)
    case .notReady(let moment):
      blocked.remove(path)
      if !hinted { deferred.insert(path, until: moment) }
    case .blocked(let error):
      isNews = blocked.insert(path, error.errno, scan: statistics.rescans + 1)
    }
    // The event may have come after the worker's look.
    if hinted { hint(path) }
    return isNews
  }

  mutating func stop() { isStopped = true }

  // MARK: The watching thread's side

  /// An event says that the file is whole.
  mutating func hint(_ path: FilePath) {
    deferred.remove(path)
    if inFlight[path] != nil {
      inFlight[path] = true
    } else if !hints.append(.init(path: path, isAnnounced: true)) {
      overflow()
    }
  }

  /// An event says that the file has begun to exist. Mostly it is being written and another event
  /// will follow; not so for a hard link.
  mutating func appeared(_ path: FilePath, at now: MonotonicTime) {
    if inFlight[path] == nil, !hints.contains(path) { deferred.insert(path, until: now + settle) }
  }

  mutating func overflow() {
    statistics.overflows += 1
    wantsRescan = true
  }

  /// Moves the photos whose time has come to those that are handed out.
  mutating func wakeDeferred(at now: MonotonicTime) {
    while hints.room > 0, let path = deferred.popDue(at: now) {
      _ = hints.append(.init(path: path, isAnnounced: false))
    }
    if deferred.takeScanDue(at: now) { wantsRescan = true }
  }

  /// When `wakeDeferred` or the end of waiting is next due.
  func nextDue(after now: MonotonicTime) -> MonotonicTime? {
    // With no room nothing can be woken; the thread is told when there is some.
    [hints.room > 0 ? deferred.nextDue : nil, lastWait].compactMap(\.self).filter { $0 > now }.min()
  }

  /// How many more photos the scan may bring.
  var room: Int { found.room }

  /// Whether there is none for deferred photos that have become due.
  var isFull: Bool { hints.room == 0 }

  /// Whether the watching thread, which waited for room, should go on; it is then told only once.
  mutating func takeWantsRoom() -> Bool {
    guard wantsRoom, found.count <= found.capacity / 2, hints.count <= hints.capacity / 2 else {
      return false
    }
    wantsRoom = false
    return true
  }

  /// Whether this path is accounted for, so that a scan that finds it finds nothing new.
  func knows(_ path: FilePath) -> Bool {
    inFlight[path] != nil || deferred.contains(path) || blocked.contains(path)
      || hints.contains(path) || found.contains(path)
  }

  /// Whether this photo cannot be read or taken.
  func isBlocked(_ path: FilePath) -> Bool { blocked.contains(path) }

  /// Whether every photo that events spoke of is known to `knows`.
  var knowsAll: Bool { deferred.scanDue == nil && blocked.count < blocked.capacity }

  /// The scan has found a photo.
  mutating func discovered(_ path: FilePath, scan: Int) {
    blocked.meet(path, scan: scan)
    if inFlight[path] == nil, !deferred.contains(path), !hints.contains(path) {
      _ = found.append(.init(path: path, isAnnounced: false))
    }
  }

  /// A folder cannot be entered.
  /// - Returns: whether this is news.
  mutating func blockedFolder(_ path: FilePath, _ errno: Errno, scan: Int) -> Bool {
    blocked.insert(path, errno, scan: scan)
  }

  mutating func scanCompleted(_ scan: Int) {
    statistics.rescans = scan
    blocked.forget(unmetBy: scan)
  }

  /// The statistics at this moment.
  var currentStatistics: InboxStatistics {
    var result = statistics
    result.inFlight = inFlight.count
    result.deferred = deferred.count
    result.blocked = blocked.count
    result.waiting = hints.count + found.count + deferred.count
    result.waitingIsLowerBound = isScanning || wantsRescan || deferred.scanDue != nil
    return result
  }
}
