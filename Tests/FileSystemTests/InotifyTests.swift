import SystemPackage
import Testing

@testable import FileSystem

@Suite struct InotifyTests {
  private static let flags: Inotify.Flags = [.closedAfterWriting, .movedIn, .created, .selfMoved]

  @Test("Events come in order, with names of any bytes, from the directory that was opened")
  func events() throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    let watched = try directory.openOrCreateDirectory("a")
    // Its path leads elsewhere by the time it is watched.
    try directory.rename("a", to: directory, "b")
    try directory.makeDirectory("a")
    var inotify = try Inotify()
    let watch = try inotify.watch(watched, for: Self.flags)
    let name = FilePath(bytes: [0xff, 0x0a])
    _ = try directory.directory("b").create(name)
    try watched.makeDirectory("sub")
    waitUntilReadable([inotify.descriptor], timeout: .seconds(60))
    #expect(
      try inotify.read() == [
        Inotify.Event(watch: watch, flags: .created, name: name),
        Inotify.Event(watch: watch, flags: .closedAfterWriting, name: name),
        Inotify.Event(watch: watch, flags: [.created, .isDirectory], name: "sub"),
      ])
    #expect(try inotify.read().isEmpty)
  }

  @Test("A directory watched twice has one watch; ended, it tells so and no more")
  func unwatch() throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    var inotify = try Inotify()
    let watch = try inotify.watch(directory, for: Self.flags)
    #expect(try inotify.watch(folder.open(), for: Self.flags) == watch)
    inotify.unwatch(watch)
    inotify.unwatch(watch)
    _ = try directory.create("x")
    #expect(try inotify.read() == [Inotify.Event(watch: watch, flags: .ignored, name: nil)])
  }

  @Test("A ring ends a wait that would last for ever, once")
  func wakeUp() throws {
    let bell = try WakeUp()
    bell.ring()
    bell.ring()
    waitUntilReadable([bell.descriptor], timeout: nil)
    bell.clear()
    let before = ContinuousClock.now
    waitUntilReadable([bell.descriptor], timeout: .milliseconds(1))
    #expect(ContinuousClock.now - before >= .milliseconds(1))
  }
}
