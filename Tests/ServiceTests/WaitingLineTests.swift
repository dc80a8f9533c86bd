import FileSystem
import Inbox
import SystemPackage
import TestSupport
import Testing
import Threading

@testable import Service

@Suite("The line of waiting photos")
struct WaitingLineTests {
  private let folder: TemporaryFolder
  private let queue: InboxQueue

  /// An inbox with two photos, one of which cannot be read while the other is not ready yet.
  init() throws {
    folder = try TemporaryFolder()
    let state = try StateDirectory(owning: folder.path)
    let names = ["closed.jpg", "growing.jpg"]
    for name in names { try folder.write([1], to: "inbox/\(name)") }
    queue = try InboxQueue(state)
    for _ in names {
      guard let candidate = queue.next() else { break }
      let error = FileSystemError(call: "open", path: candidate.path, errno: .permissionDenied)
      let isClosed = candidate.path == "closed.jpg"
      queue.finished(
        candidate, isClosed ? .blocked(error) : .notReady(until: .now + .seconds(3600)))
    }
  }

  @Test("leaves out photos that are blocked: they would be the oldest for ever")
  func blocked() {
    #expect(queue.census(within: .seconds(60)).photos == 1)
    var line = WaitingLine()
    line.look(at: queue, queue.statistics)
    #expect(line.photos == 1)
    queue.stop()
  }

  @Test("is empty, without a walk, when nothing waits")
  func empty() {
    var line = WaitingLine()
    line.look(at: queue, queue.statistics)
    line.look(at: queue, InboxStatistics())
    #expect(line.photos == 0)
    #expect(line.oldestSeconds == 0)
    queue.stop()
  }
}
