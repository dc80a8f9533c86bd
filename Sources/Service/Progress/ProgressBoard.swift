import Synchronization
import SystemPackage
import Threading

/// What each thread that handles photos is doing, and since when, so that one that hangs is noticed.
final class ProgressBoard: Sendable {
  /// What a thread is doing.
  enum Activity: String, Sendable {
    /// It waits for a photo, or for something to record.
    case free
    /// It has something to do and waits for its turn, or for the disk to get better.
    case waiting
    case taking
    case classifying
    case recording
    case moving
    case sealing

    /// Whether it must come to an end by itself.
    var isWork: Bool { self != .free && self != .waiting }
  }

  /// One thread's entry.
  struct Entry: Sendable, Equatable {
    let thread: String
    /// Whether it is one that takes photos out of the inbox.
    let takesPhotos: Bool
    fileprivate(set) var activity = Activity.free
    /// The photo that it is about.
    fileprivate(set) var photo: FilePath?
    fileprivate(set) var since: MonotonicTime
  }

  /// All entries at one moment.
  struct Snapshot: Sendable, Equatable {
    var entries: [Entry] = []
    /// How often anything has changed.
    var changes = 0
  }

  /// A thread's place on the board, for that thread.
  struct Place: Sendable {
    private let board: ProgressBoard
    private let index: Int

    fileprivate init(_ board: ProgressBoard, _ index: Int) {
      self.board = board
      self.index = index
    }

    /// Says that the thread waits, for as long as `body` takes, and then goes on with what it was at.
    func waiting<Result>(_ body: () -> Result) -> Result {
      let earlier = board.state.withLock { $0.entries[index] }
      now(.waiting)
      defer { now(earlier.activity, earlier.photo) }
      return body()
    }

    /// Says that the thread has come so far.
    func now(_ activity: Activity, _ photo: FilePath? = nil) {
      board.state.withLock { state in
        state.entries[index].activity = activity
        state.entries[index].photo = photo
        state.entries[index].since = .now
        state.changes += 1
      }
    }
  }

  private let state = Mutex(Snapshot())

  /// Gives a thread a place, which it keeps.
  func join(_ thread: String, takesPhotos: Bool = false) -> Place {
    state.withLock { state in
      state.entries.append(Entry(thread: thread, takesPhotos: takesPhotos, since: .now))
      return Place(self, state.entries.count - 1)
    }
  }

  var snapshot: Snapshot { state.withLock { $0 } }
}

extension ProgressBoard.Entry {
  init(
    thread: String, takesPhotos: Bool, _ activity: ProgressBoard.Activity, since: MonotonicTime
  ) {
    self.init(thread: thread, takesPhotos: takesPhotos, since: since)
    self.activity = activity
  }
}
