import FileSystem
import Glibc
import Manifest
import SystemPackage
import TestSupport
import Testing
import Threading

@testable import Inbox
@testable import Service

@Suite("The queue before the committer")
struct CommitQueueTests {
  @Test("ends when the workers have ended, and not before everything is handed over")
  func end() throws {
    let queue = CommitQueue(capacity: 4, workers: 1)
    queue.put(try photo("a.jpg"))
    queue.workerEnded()
    guard case .commit(let group) = queue.take(atMost: 10, until: nil) else {
      Issue.record("the photo was not handed over")
      return
    }
    #expect(group.map(\.claimed.source) == ["a.jpg"])
    guard case .end = queue.take(atMost: 10, until: nil) else {
      Issue.record("the queue did not end")
      return
    }
  }

  @Test("does not end before a worker that came later")
  func late() throws {
    let queue = CommitQueue(capacity: 4, workers: 1)
    queue.workerJoined()
    queue.workerEnded()
    guard case .deadline = queue.take(atMost: 10, until: .now) else {
      Issue.record("the queue ended while a worker was at work")
      return
    }
    queue.put(try photo("late.jpg"))
    queue.workerEnded()
    guard case .commit = queue.take(atMost: 10, until: nil),
      case .end = queue.take(atMost: 10, until: nil)
    else {
      Issue.record("the photo was not handed over, or the queue did not end")
      return
    }
  }

  @Test("hands over photos in their order, at most as many as asked for")
  func groups() throws {
    let queue = CommitQueue(capacity: 8, workers: 1)
    for number in 1...5 { queue.put(try photo(FilePath("\(number).jpg"))) }
    guard case .commit(let first) = queue.take(atMost: 3, until: nil),
      case .commit(let second) = queue.take(atMost: 3, until: nil)
    else {
      Issue.record("no groups came")
      return
    }
    #expect(first.map(\.claimed.source) == ["1.jpg", "2.jpg", "3.jpg"])
    #expect(second.map(\.claimed.source) == ["4.jpg", "5.jpg"])
  }

  @Test("waits for photos that can share a sync, as long as it is told to")
  func gathering() throws {
    try withState { state in
      let patience = Duration.milliseconds(20)
      let queue = CommitQueue(capacity: 8, workers: 1, gathering: patience)
      queue.put(try photo("1.jpg", unsyncedIn: state))
      let start = MonotonicTime.now
      expectGroup(of: ["1.jpg"], from: queue)
      #expect(MonotonicTime.now - start >= patience)
    }
  }

  @Test("hands over what came while it waited, and waits no longer when the service is to stop")
  func whileGathering() throws {
    try withState { state in
      let queue = CommitQueue(capacity: 8, workers: 1, gathering: longPatience)
      queue.put(try photo("1.jpg", unsyncedIn: state))
      let second = try photo("2.jpg", unsyncedIn: state)
      let worker = WorkerThread(name: "worker") {
        queue.put(second)
        queue.stop()
      }
      expectNoWait { expectGroup(of: ["1.jpg", "2.jpg"], from: queue) }
      worker.join()
    }
  }

  @Test("is woken by the photo that makes a group complete", arguments: [false, true])
  func completedMeanwhile(isSyncedAlone: Bool) throws {
    try withState { state in
      let queue = CommitQueue(capacity: 8, workers: 1, gathering: longPatience)
      queue.put(try photo("1.jpg", unsyncedIn: state))
      let second = isSyncedAlone ? try photo("2.jpg") : try photo("2.jpg", unsyncedIn: state)
      let worker = WorkerThread(name: "worker") {
        while !queue.isGathering { sched_yield() }
        queue.put(second)
      }
      expectNoWait { expectGroup(of: ["1.jpg", "2.jpg"], atMost: 2, from: queue) }
      worker.join()
    }
  }

  @Test("waits no longer once a photo is there that was synced alone")
  func syncedAlone() throws {
    try withState { state in
      let queue = CommitQueue(capacity: 8, workers: 1, gathering: longPatience)
      queue.put(try photo("1.jpg", unsyncedIn: state))
      queue.put(try photo("2.jpg"))
      expectNoWait { expectGroup(of: ["1.jpg", "2.jpg"], from: queue) }
    }
  }

  @Test(
    "waits for no more photos than are asked for, fit in or can come",
    arguments: [(8, 2, 1), (2, 8, 1), (8, 8, 0)])
  func complete(capacity: Int, limit: Int, workers: Int) throws {
    try withState { state in
      let queue = CommitQueue(capacity: capacity, workers: workers, gathering: longPatience)
      queue.put(try photo("1.jpg", unsyncedIn: state))
      queue.put(try photo("2.jpg", unsyncedIn: state))
      expectNoWait { expectGroup(of: ["1.jpg", "2.jpg"], atMost: limit, from: queue) }
    }
  }

  private let longPatience = Duration.seconds(10)

  private func expectNoWait(_ body: () throws -> Void) rethrows {
    let start = MonotonicTime.now
    try body()
    #expect(MonotonicTime.now - start < longPatience)
  }

  private func expectGroup(
    of names: [FilePath], atMost limit: Int = 10, from queue: CommitQueue,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard case .commit(let group) = queue.take(atMost: limit, until: nil) else {
      Issue.record("no group came", sourceLocation: sourceLocation)
      return
    }
    #expect(group.map(\.claimed.source) == names, sourceLocation: sourceLocation)
  }

  private func withState(_ body: (StateDirectory) throws -> Void) throws {
    let folder = try TemporaryFolder()
    try body(try StateDirectory(owning: folder.path))
  }

  @Test("makes workers wait while it is full: never are there more photos than it has room for")
  func full() throws {
    let photos = try (1...100).map { try photo(FilePath("\($0).jpg")) }
    let queue = CommitQueue(capacity: 2, workers: 1)
    let worker = WorkerThread(name: "worker") {
      for photo in photos { queue.put(photo) }
      queue.workerEnded()
    }
    var groups: [[FilePath]] = []
    while case .commit(let group) = queue.take(atMost: 100, until: nil) {
      groups.append(group.map(\.claimed.source))
    }
    worker.join()
    #expect(groups.flatMap(\.self) == photos.map(\.claimed.source))
    #expect(groups.allSatisfy { $0.count <= 2 })
  }

  @Test("returns at the deadline when nothing comes")
  func deadline() {
    let queue = CommitQueue(capacity: 1, workers: 1)
    guard case .deadline = queue.take(atMost: 1, until: .now) else {
      Issue.record("the deadline was not noticed")
      return
    }
  }

  @Test("cuts a rest short when the service is to stop")
  func rest() {
    let queue = CommitQueue(capacity: 1, workers: 1)
    #expect(!queue.rest(for: .milliseconds(1)))
    queue.stop()
    #expect(queue.rest(for: .seconds(3600)))
  }

  private func photo(
    _ name: FilePath, unsyncedIn state: StateDirectory
  ) throws -> FinishedPhoto {
    var photo = try photo(name)
    photo.unsynced = UnsyncedClaim(
      Claim(photo: photo.claimed, isWhatWasRead: true, state: state))
    return photo
  }

  private func photo(_ name: FilePath) throws -> FinishedPhoto {
    try FinishedPhoto(named: name)
  }
}
