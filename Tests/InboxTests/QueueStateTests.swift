import FileSystem
import Glibc
import SystemPackage
import Testing
import Threading

@testable import Inbox

@Suite struct QueueStateTests {
  private let now = MonotonicTime(nanoseconds: 0)

  private func state(
    hints: Int = 1024, deferred: Int = 4096, blocked: Int = 4096, once: Bool = false
  ) -> QueueState {
    var settings = InboxSettings()
    settings.hintCapacity = hints
    settings.deferredCapacity = deferred
    settings.blockedCapacity = blocked
    settings.once = once
    return QueueState(settings)
  }

  private func take(_ state: inout QueueState, at moment: MonotonicTime? = nil) -> FilePath? {
    path(state.turn(for: state.arrive(), at: moment ?? now))
  }

  private func path(_ turn: QueueState.Turn?) -> FilePath? {
    guard case .candidate(let element) = turn else { return nil }
    return element.path
  }

  @Test("The worker that came last is served first, and each of those that wait in the end")
  func lastComeFirstServed() {
    var state = state()
    let (first, second) = (state.arrive(), state.arrive())
    state.discovered("a", scan: 1)
    state.discovered("b", scan: 1)
    #expect(path(state.turn(for: first, at: now)) == nil)
    #expect(path(state.turn(for: second, at: now)) == "a")
    #expect(path(state.turn(for: first, at: now)) == "b")
  }

  @Test("What a walk has found gets its turn among events that never end")
  func fairness() {
    var state = state()
    state.discovered("found", scan: 1)
    for number in 1...100 { state.hint(FilePath("hint-\(number)")) }
    let firstEight = (1...8).map { _ in take(&state) }
    #expect(firstEight.contains("found"))
    #expect(firstEight.contains("hint-1"))
  }

  @Test("A photo that an event and a walk have told of is never in two workers' hands")
  func toldTwice() {
    var state = state()
    state.discovered("both", scan: 1)
    for name: FilePath in ["1", "2", "3", "both", "4"] { state.hint(name) }
    let turns = (1...5).map { _ in take(&state) }
    #expect(turns == ["1", "2", "3", "both", "4"])
    #expect(take(&state) == nil)
    // The event counts: what has changed meanwhile is looked at again.
    _ = state.finish("both", .notReady(until: now + .seconds(60)))
    #expect(take(&state) == "both")
  }

  @Test("A worker that does not come keeps the photo from the others for a moment only")
  func absentWorker() throws {
    let folder = try TestState()
    let queue = try InboxQueue(folder.state)
    let taken = Monitor<FilePath?>(nil)
    let worker = WorkerThread(name: "worker") {
      if let candidate = queue.next() {
        taken.update { $0 = candidate.path }
        queue.finished(candidate, .gone)
      }
    }
    // Before the worker whose turn never comes, so that that one should be first.
    while !queue.core.shared.read({ $0.hasVisitors }) { sched_yield() }
    _ = queue.core.shared.update { $0.arrive() }
    queue.core.shared.update { $0.hint("a.jpg") }
    #expect(taken.wait(until: .now + .seconds(10)) { $0 } == "a.jpg")
    worker.join()
    queue.stop()
  }

  @Test("A second photo is given where so many wait, whoever else waits, and never after a stop")
  func second() {
    var state = state()
    let waiting = state.arrive()
    for name in ["a", "b", "c"] { state.discovered(FilePath(name), scan: 1) }
    #expect(state.takeOne(ofAtLeast: 4) == nil)
    #expect(state.takeOne(ofAtLeast: 3)?.path == "a")
    #expect(state.takeOne(ofAtLeast: 3) == nil)
    state.discovered("a", scan: 1)
    #expect(path(state.turn(for: waiting, at: now)) == "b")
    state.stop()
    #expect(state.takeOne(ofAtLeast: 1) == nil)
  }

  @Test("A path is in one worker's hands at a time")
  func oneWorker() {
    var state = state()
    state.discovered("a", scan: 1)
    #expect(take(&state) == "a")
    state.discovered("a", scan: 1)
    state.hint("a")
    #expect(take(&state) == nil)
  }

  @Test("An event that comes while a worker holds the photo brings it back at once")
  func hintedAgain() {
    var state = state()
    state.hint("a")
    _ = take(&state)
    state.hint("a")
    _ = state.finish("a", .notReady(until: now + .seconds(60)))
    #expect(take(&state) == "a")
  }

  @Test("What is not ready comes back when its time has come, and not before")
  func deferral() {
    var state = state()
    state.discovered("a", scan: 1)
    _ = take(&state)
    _ = state.finish("a", .notReady(until: now + .seconds(2)))
    state.discovered("a", scan: 2)
    state.wakeDeferred(at: now + .seconds(1))
    #expect(take(&state) == nil)
    #expect(state.nextDue(after: now) == now + .seconds(2))
    state.wakeDeferred(at: now + .seconds(2))
    #expect(take(&state) == "a")
  }

  @Test("An event does not wait for the time that was set")
  func hintBeatsDeferral() {
    var state = state()
    state.discovered("a", scan: 1)
    _ = take(&state)
    _ = state.finish("a", .notReady(until: now + .seconds(60)))
    state.hint("a")
    #expect(take(&state) == "a")
  }

  @Test("Beyond the bound only the earliest moment is kept, and leads to a rescan")
  func deferralOverflow() {
    var state = state(deferred: 2)
    state.wantsRescan = false
    for (name, seconds) in [("a", 9), ("b", 9), ("c", 5), ("d", 7)] {
      state.discovered(FilePath(name), scan: 1)
      _ = take(&state)
      _ = state.finish(FilePath(name), .notReady(until: now + .seconds(seconds)))
    }
    #expect(state.currentStatistics.deferred == 2)
    #expect(state.nextDue(after: now) == now + .seconds(5))
    state.wakeDeferred(at: now + .seconds(5))
    #expect(state.wantsRescan)
  }

  @Test("Hints beyond the bound are dropped, counted, and lead to a rescan")
  func hintOverflow() {
    var state = state(hints: 2)
    state.wantsRescan = false
    for name in ["a", "b", "c"] { state.hint(FilePath(name)) }
    #expect(state.wantsRescan)
    #expect(state.currentStatistics.overflows == 1)
    #expect(state.currentStatistics.waiting == 2)
  }

  @Test("A blocked photo is news once, and again when the reason changes or it comes back")
  func blockedNews() {
    var state = state()
    let denied = FileSystemError(call: "openat2", path: "a", errno: .permissionDenied)
    let readOnly = FileSystemError(call: "renameat2", path: "a", errno: .readOnlyFileSystem)
    var news: [Bool] = []
    for error in [denied, denied, readOnly] {
      state.discovered("a", scan: 1)
      _ = take(&state)
      news.append(state.finish("a", .blocked(error)))
    }
    #expect(news == [true, false, true])
    #expect(state.currentStatistics.blocked == 1)
    // Two scans that do not meet it: it is gone.
    state.scanCompleted(1)
    state.scanCompleted(2)
    #expect(state.currentStatistics.blocked == 0)
    #expect(!state.knows("a"))
  }

  @Test("However many photos are blocked, what is remembered and logged is bounded")
  func manyBlocked() {
    var state = state(blocked: 3)
    var news = 0
    for number in 0..<10 {
      let path = FilePath("\(number)")
      state.discovered(path, scan: 1)
      _ = take(&state)
      let error = FileSystemError(call: "open", path: path, errno: .permissionDenied)
      if state.finish(path, .blocked(error)) { news += 1 }
    }
    #expect(news == 3)
    #expect(state.currentStatistics.blocked == 3)
  }

  @Test("Once ends when the scan is over and nothing is pending, deferred or held")
  func onceEnds() {
    var state = state(once: true)
    state.wantsRescan = false
    state.discovered("a", scan: 1)
    _ = take(&state)
    state.isScanning = false
    state.lastWait = now + .seconds(62)
    #expect(!isEnd(&state, at: now))
    _ = state.finish("a", .notReady(until: now + .seconds(1)))
    #expect(!isEnd(&state, at: now + .seconds(61)))
    #expect(isEnd(&state, at: now + .seconds(62)))
    state.wakeDeferred(at: now + .seconds(1))
    _ = take(&state)
    _ = state.finish("a", .claimed)
    #expect(isEnd(&state, at: now + .seconds(1)))
  }

  private func isEnd(_ state: inout QueueState, at moment: MonotonicTime) -> Bool {
    if case .end = state.turn(for: state.arrive(), at: moment) { return true }
    return false
  }

  @Test("Deferred photos come back in the order of their times, moved and cancelled ones too")
  func order() {
    var deferred = DeferredPhotos(capacity: 1000)
    var expected: [(Int, FilePath)] = []
    for number in 0..<500 {
      let seconds = number * 7919 % 500
      deferred.insert(FilePath("\(number)"), until: now + .seconds(9999))
      deferred.insert(FilePath("\(number)"), until: now + .seconds(seconds))
      if number % 3 == 0 {
        deferred.remove(FilePath("\(number)"))
      } else {
        expected.append((seconds, FilePath("\(number)")))
      }
    }
    expected.sort { $0.0 < $1.0 }
    for (seconds, path) in expected {
      #expect(deferred.popDue(at: now + .seconds(seconds)) == path)
    }
    #expect(deferred.popDue(at: now + .seconds(99999)) == nil)
    #expect(deferred.isEmpty)
  }
}
