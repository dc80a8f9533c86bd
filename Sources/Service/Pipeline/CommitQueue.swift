import Threading

/// The photos on their way from the workers to the one committer. Bounded, so that workers wait
/// when the disk is slower than the processor.
final class CommitQueue: Sendable {
  /// What the committer does next.
  enum Turn: Sendable {
    /// These photos are ready to be recorded, in the order in which they were finished.
    case commit([FinishedPhoto])
    /// The deadline has passed and nothing has come.
    case deadline
    /// All workers have ended and everything has been handed over.
    case end
  }

  private struct State: Sendable {
    var photos: [FinishedPhoto] = []
    var workers: Int
    var isStopping = false
    var hasLeft = false
    /// While the committer waits for a group to grow: to how many photos at most.
    var gathers: Int?

    /// Whether a group of at most `limit` photos would be larger if it waited. A photo that was the
    /// last in the inbox, or had to be synced alone, waits for no others.
    func moreIsComing(before limit: Int) -> Bool {
      workers > 0 && !isStopping && photos.count < limit
        && photos.allSatisfy { $0.unsynced != nil }
    }

    /// Whether the committer has something to do. It need not be woken for each photo that it only
    /// counts: that would take the processor from a worker.
    var concernsCommitter: Bool { gathers.map { !moreIsComing(before: $0) } ?? true }
  }

  /// How long photos wait at most for others to share a sync with: it keeps the disk and a processor
  /// busy for milliseconds. A photo that has the service to itself does not wait.
  static let gathering: Duration = .milliseconds(20)

  private let capacity: Int
  private let gathering: Duration
  private let state: Monitor<State>

  /// - Parameters:
  ///   - capacity: how many photos may wait.
  ///   - workers: how many threads put photos in at first.
  init(capacity: Int, workers: Int, gathering: Duration = CommitQueue.gathering) {
    self.capacity = capacity
    self.gathering = gathering
    state = Monitor(State(workers: workers))
  }

  /// How many photos wait.
  var count: Int { state.read { $0.photos.count } }
  /// Whether the committer waits for a group to grow. For tests, which cannot see it otherwise.
  var isGathering: Bool { state.read { $0.gathers != nil } }

  /// Hands a photo over, waiting while the queue is full.
  func put(_ photo: FinishedPhoto) {
    state.wait(waking: \.concernsCommitter) { (state) -> Void? in
      guard state.photos.count < capacity else { return nil }
      state.photos.append(photo)
      return ()
    }
  }

  /// Says that a photo stays in `work/`, because the service is to stop before it could be finished.
  func leave() {
    state.update { $0.hasLeft = true }
  }

  /// Whether a photo was left.
  var hasLeft: Bool { state.read { $0.hasLeft } }

  /// Says that one more worker puts photos in. Said by another one, so that the end cannot come
  /// before.
  func workerJoined() {
    state.update { $0.workers += 1 }
  }

  /// Says that one worker has ended.
  func workerEnded() {
    state.update { $0.workers -= 1 }
  }

  /// Wakes the committer out of a wait for better times.
  func stop() {
    state.update { $0.isStopping = true }
  }

  /// Takes the next group. Where more photos are on their way it waits a little for them, so that
  /// they share its sync.
  /// - Parameters:
  ///   - limit: the most photos to take; 0 where no more can be recorded for now.
  ///   - deadline: when to return without any.
  func take(atMost limit: Int, until deadline: MonotonicTime?) -> Turn {
    let isEnd = state.wait(until: deadline) { state -> Bool? in
      if limit > 0, !state.photos.isEmpty { return false }
      let nothingToDo = state.photos.isEmpty || (limit == 0 && state.isStopping)
      return state.workers == 0 && nothingToDo ? true : nil
    }
    guard let isEnd else { return .deadline }
    if isEnd { return .end }
    let largest = min(limit, capacity)
    _ = state.wait(until: .now + gathering) { (state) -> Void? in
      state.gathers = largest
      return state.moreIsComing(before: largest) ? nil : ()
    }
    return state.update { state in
      state.gathers = nil
      let group = Array(state.photos.prefix(limit))
      state.photos.removeFirst(group.count)
      return .commit(group)
    }
  }

  /// Waits for `pause`, or until the service is to stop.
  /// - Returns: whether it is to stop.
  func rest(for pause: Duration) -> Bool {
    state.wait(until: .now + pause) { state -> Bool? in state.isStopping ? true : nil } ?? false
  }
}
