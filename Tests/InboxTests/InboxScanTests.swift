import FileSystem
import SystemPackage
import Testing
import Threading

@testable import Inbox

/// Photos that are found by looking.
@Suite struct InboxScanTests {
  private var once: InboxSettings {
    var settings = InboxSettings()
    settings.once = true
    settings.settle = .zero
    return settings
  }

  private var restless: InboxSettings {
    var settings = InboxSettings()
    settings.rescanInterval = .milliseconds(5)
    settings.pollInterval = .milliseconds(5)
    return settings
  }

  @Test("Ten thousand waiting photos are handed out once each, and few are in memory at a time")
  func manyPhotos() throws {
    let test = try TestState()
    for number in 0..<10 {
      let folder = try test.state.root.openOrCreateDirectory("inbox/\(number)")
      for photo in 0..<1000 { _ = try folder.create("\(photo).jpg") }
    }
    let inbox = try TestQueue(test, once)
    var seen: Set<FilePath> = []
    var most = 0
    while let candidate = inbox.queue.next() {
      seen.insert(candidate.path)
      inbox.queue.finished(candidate, .gone)
      if seen.count % 100 == 0 { most = max(most, inbox.queue.statistics.waiting) }
    }
    #expect(seen.count == 10_000)
    #expect(most <= QueueState.foundCapacity)
    #expect(inbox.queue.statistics.rescans == 1)
  }

  @Test("Several workers share the photos; none is handed out twice")
  func workers() throws {
    let test = try TestState()
    let names = Set((0..<100).map { FilePath("\($0).jpg") })
    for name in names { try test.write(Folder.inbox.path.pushing(name)) }
    let inbox = try TestQueue(test, once)
    let taken = Monitor<[FilePath]>([])
    var threads: [Monitor<Bool>] = []
    for number in 0..<4 {
      let done = Monitor(false)
      threads.append(done)
      _ = WorkerThread(name: "test \(number)") {
        while let path = try? inbox.claimNext() { taken.update { $0.append(path) } }
        done.update { $0 = true }
      }
    }
    for thread in threads { _ = thread.wait { $0 ? true : nil } as Bool? }
    let paths = taken.read { $0 }
    #expect(paths.count == 100)
    #expect(Set(paths) == names)
  }

  @Test("Once ends with what is not ready left behind, after settle and incomplete_after")
  func onceLeaves() throws {
    let test = try TestState()
    try test.write("inbox/ready.jpg")
    try test.write("inbox/growing.jpg")
    var settings = once
    settings.incompleteAfter = .milliseconds(50)
    let inbox = try TestQueue(test, settings)
    var handled: Set<FilePath> = []
    while let candidate = inbox.queue.next() {
      let path = candidate.path
      handled.insert(path)
      if path == "growing.jpg" {
        inbox.queue.finished(candidate, .notReady(until: .now + .milliseconds(10)))
      } else {
        inbox.queue.finished(candidate, .gone)
      }
    }
    #expect(handled == ["ready.jpg", "growing.jpg"])
    #expect(inbox.queue.statistics.deferred == 1)
  }

  @Test("A blocked photo is looked at by each rescan and is news only once")
  func blocked() throws {
    let test = try TestState()
    try test.write("inbox/x.jpg")
    // Enough for a rescan to take several turns with the events.
    let folder = try test.state.folder(.inbox)
    for number in 0..<600 { _ = try folder.create("\(number).part") }
    let inbox = try TestQueue(test, restless)
    var news: [Bool] = []
    for _ in 0..<3 {
      guard let candidate = inbox.queue.next() else { break }
      let error = FileSystemError(call: "openat2", path: "x.jpg", errno: .permissionDenied)
      news.append(inbox.queue.finished(candidate, .blocked(error)))
    }
    #expect(news == [true, false, false])
    #expect(inbox.queue.statistics.blocked == 1)
  }

  @Test(
    "A photo that cannot be taken out of its folder is not even read",
    .enabled(if: SystemCalls.isRoot, "needs root for a mount"))
  func readOnlyFolder() throws {
    let test = try TestState()
    try test.write("inbox/folder/x.jpg")
    let folder = test.path.appending("inbox/folder")
    try #require(SystemCalls.bindMount(folder))
    defer { SystemCalls.unmount(folder) }
    try #require(SystemCalls.makeReadOnly(folder))
    let inbox = try TestQueue(test)
    guard let candidate = inbox.queue.next() else {
      Issue.record("nothing came")
      return
    }
    var failure: FileSystemError?
    do throws(FileSystemError) { _ = try inbox.queue.open(candidate) } catch { failure = error }
    #expect(failure?.errno == .readOnlyFileSystem)
    inbox.queue.finished(candidate, .gone)
  }

  @Test("Folders below the deepest allowed are not entered, and that is said once")
  func depth() throws {
    let test = try TestState()
    try test.write("inbox/1/2/yes.jpg")
    try test.write("inbox/1/2/3/no.jpg")
    var settings = restless
    settings.maximumDepth = 2
    let inbox = try TestQueue(test, settings)
    #expect(inbox.saw(.tooDeep("1/2/3")))
    #expect(try inbox.claimNext() == "1/2/yes.jpg")
    #expect(inbox.queue.statistics.blocked == 1)
  }

  @Test(
    "Folders beyond the limit of watches are looked through again and again, and status says so")
  func watchLimit() throws {
    let test = try TestState()
    for number in 0..<5 { try test.write("inbox/\(number)/x.jpg") }
    var settings = restless
    settings.maximumWatches = 3
    let inbox = try TestQueue(test, settings)
    #expect(try inbox.claim(5).count == 5)
    #expect(inbox.saw(.watching(.polling("more than 3 folders are in it"))))
    #expect(inbox.queue.statistics.watches == 3)
    try test.moveIn("4/y.jpg")
    #expect(try inbox.claimNext() == "4/y.jpg")
  }

  @Test(
    "Photos that come behind the kernel's back prove that events do not, and are found by looking",
    .enabled(if: SystemCalls.isRoot, "needs root for an overlay mount"))
  func noEvents() throws {
    // Writing below an overlay mount is what another machine does to a network file system.
    let base = try TestState.temporaryDirectory()
    defer { TestState.removeAll(base) }
    let root = try Directory(base)
    for name in ["lower", "upper", "overlay", "merged"] { try root.makeDirectory(FilePath(name)) }
    let merged = base.appending("merged")
    try #require(
      SystemCalls.overlayMount(
        merged, options: "lowerdir=\(base)/lower,upperdir=\(base)/upper,workdir=\(base)/overlay"))
    defer { SystemCalls.unmount(merged) }

    let test = try TestState(in: merged)
    _ = try test.state.root.openOrCreateDirectory("inbox/folder")
    let clock = SteppedClock(seconds: -10)
    let inbox = try TestQueue(test, time: clock.time)
    #expect(inbox.saw(.watching(.events)))
    _ = try root.directory("upper/inbox").create("x.jpg")
    clock.set(seconds: 10)
    // Renaming a folder is a reason to look through the inbox.
    let folder = try test.state.folder(.inbox)
    try folder.rename("folder", to: folder, "renamed")
    #expect(try inbox.claimNext() == "x.jpg")
    #expect(inbox.saw(.watching(.polling("photos came without an event"))))
  }

  @Test(
    "An inbox that is mounted over cannot be used, which is said; unmounted, it serves again",
    .enabled(if: SystemCalls.isRoot, "needs root for a mount"))
  func mountedOver() throws {
    let test = try TestState()
    let inbox = try TestQueue(test, restless)
    #expect(inbox.saw(.watching(.events)))
    let path = test.path.appending("inbox")
    try #require(SystemCalls.memoryMount(path))
    let error = StateDirectoryError.notOneFileSystem(test.path.appending("work"), path)
    #expect(inbox.saw(.watching(.unavailable(error.description))))
    SystemCalls.unmount(path)
    #expect(inbox.saw(.watching(.events)))
    try test.moveIn("x.jpg")
    #expect(try inbox.claimNext() == "x.jpg")
  }

  @Test("A census counts what waits, by looking")
  func census() throws {
    let test = try TestState()
    try test.write("inbox/x.jpg", "12345")
    try test.write("inbox/spring/y.jpg", "123")
    try test.write("inbox/.hidden.jpg", "1")
    try test.link("inbox/link.jpg", to: "/etc/passwd")
    let census = InboxCensus(of: test.state)
    #expect(census.photos == 2)
    #expect(census.bytes == 8)
    let first = min(
      try test.status(of: "inbox/x.jpg").changed, try test.status(of: "inbox/spring/y.jpg").changed)
    #expect(census.oldest == first)
  }
}
