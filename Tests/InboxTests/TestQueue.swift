import FileSystem
import Synchronization
import SystemPackage
import Threading

@testable import Inbox

/// A queue over a test's inbox. It is stopped after a generous time, so that a test whose photo does
/// not come fails instead of waiting for ever.
final class TestQueue: Sendable {
  let queue: InboxQueue
  /// Kept until the queue has stopped, which would make the inbox again after its removal.
  private let test: TestState
  private let claimer: Claimer
  private let notices: Monitor<[InboxNotice]>
  private let isOver = Monitor(false)

  static let patience = Duration.seconds(60)

  /// Unless the settings say otherwise nothing is found by looking again, only by events.
  static var eventsOnly: InboxSettings {
    var settings = InboxSettings()
    settings.rescanInterval = .seconds(3600)
    settings.pollInterval = .seconds(3600)
    return settings
  }

  init(
    _ test: TestState, _ settings: InboxSettings = eventsOnly, time: TimeSource = .system
  ) throws {
    let notices = Monitor<[InboxNotice]>([])
    self.notices = notices
    self.test = test
    claimer = Claimer(test.state)
    queue = try InboxQueue(test.state, settings: settings, time: time) { notice in
      notices.update { $0.append(notice) }
    }
    // Ends with the test; it holds the queue no longer than that.
    _ = WorkerThread(name: "watchdog") { [queue, isOver] in
      let ended: Bool? = isOver.wait(until: .now + Self.patience) { $0 ? true : nil }
      if ended == nil { queue.stop() }
    }
  }

  deinit {
    queue.stop()
    isOver.update { $0 = true }
  }

  /// Waits until the watching thread has reported this.
  /// - Returns: whether it did, once more than before.
  func saw(_ notice: InboxNotice) -> Bool {
    notices.wait(until: .now + Self.patience) { notices -> Bool? in
      guard let index = notices.firstIndex(of: notice) else { return nil }
      notices.remove(at: index)
      return true
    } ?? false
  }

  /// Waits for the next candidate and takes it out of the inbox.
  /// - Returns: its path; nil where the queue has ended.
  func claimNext() throws -> FilePath? {
    while let candidate = queue.next() {
      let path = candidate.path
      do throws(FileSystemError) {
        let status = try queue.open(candidate).status()
        guard status.kind == .regular else {
          queue.finished(candidate, .gone)
          continue
        }
        if case .wait(let moment) = queue.readiness(of: candidate, status) {
          queue.finished(candidate, .notReady(until: moment))
          continue
        }
        _ = try? claimer.claim(candidate, read: status)
        queue.finished(candidate, .claimed)
        return path
      } catch {
        queue.finished(candidate, .init(failure: error, at: .now))
      }
    }
    return nil
  }

  /// Takes so many.
  func claim(_ count: Int) throws -> Set<FilePath> {
    var paths: Set<FilePath> = []
    while paths.count < count, let path = try claimNext() { paths.insert(path) }
    return paths
  }
}

/// A wall clock that runs, but shows another time than the machine's.
final class SteppedClock: Sendable {
  private let offset: Atomic<Int64>

  init(seconds: Int64) { offset = Atomic(seconds * 1_000_000_000) }

  func set(seconds: Int64) { offset.store(seconds * 1_000_000_000, ordering: .relaxed) }

  var time: TimeSource {
    TimeSource(
      wall: { TimeSource.system.wall() + self.offset.load(ordering: .relaxed) },
      monotonic: { .now })
  }
}
