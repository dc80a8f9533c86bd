import Synchronization

/// How many threads classify. As many as there are processors at first: each keeps memory for a
/// photo. Where they wait, for a disk or for processors that others use too, up to two a processor.
final class WorkerCrew: Sendable {
  /// How many there may be.
  let size: ClosedRange<Int>
  private let members: Mutex<Int>

  /// - Parameters:
  ///   - workers: the number that the configuration asks for; 0: it depends on the work.
  ///   - processors: how many the machine has.
  init(workers: Int, processors: Int) {
    let processors = max(1, processors)
    size = workers > 0 ? workers...workers : processors...2 * processors
    members = Mutex(size.lowerBound)
  }

  /// The number of one more worker, if there may be one.
  func recruit() -> Int? {
    members.withLock { members in
      guard members < size.upperBound else { return nil }
      members += 1
      return members
    }
  }
}

/// What a worker's last photos took. Judged over several, because any thread is interrupted now and
/// then.
struct Workload {
  private static let photos = 16

  private var count = 0
  private var elapsed: Duration = .zero
  private var computed: Duration = .zero

  /// Adds a photo.
  /// - Returns: whether a third of the time or more goes to waiting.
  mutating func needsHelp(after elapsed: Duration, computing: Duration) -> Bool {
    count += 1
    self.elapsed += elapsed
    computed += computing
    guard count == Self.photos else { return false }
    defer { self = Workload() }
    return self.elapsed >= computed * 1.5
  }
}
