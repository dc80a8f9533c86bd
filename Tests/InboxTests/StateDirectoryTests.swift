import FileSystem
import Glibc
import SystemPackage
import Testing

@testable import Inbox

@Suite struct StateDirectoryTests {
  @Test("A new state directory gets its folders, and the trials leave nothing behind")
  func creation() throws {
    let parent = try TestState.temporaryDirectory()
    defer { TestState.removeAll(parent) }
    let state = try StateDirectory(owning: parent.appending("var/lib/hangtag"))
    for folder in Folder.allCases {
      var listing = try state.folder(folder).listing()
      #expect(try listing.next() == nil)
    }
    #expect(state.nameLimit == 255)
  }

  @Test("A second daemon is turned away with a sentence that names directory and process")
  func lock() throws {
    let test = try TestState()
    #expect(throws: StateDirectoryError.locked(test.path, holder: getpid())) {
      _ = try StateDirectory(owning: test.path, lockPatience: .zero)
    }
    let error = StateDirectoryError.locked(test.path, holder: 4711)
    #expect(error.exitCode == 75)
    #expect(error.description.contains(test.path.string))
    #expect(error.description.contains("process 4711"))
  }

  @Test("When the first daemon has ended the next one may start, and finds what the first kept")
  func lockReleased() throws {
    let path = try TestState.temporaryDirectory()
    defer { TestState.removeAll(path) }
    do {
      let first = try StateDirectory(owning: path)
      _ = try first.folder(.inbox).create("x.jpg")
    }
    let second = try StateDirectory(owning: path)
    #expect(try second.folder(.inbox).status(of: "x.jpg") != nil)
  }

  @Test("A tool looks beside the daemon, creates nothing, and sees whether one is there")
  func observer() throws {
    let path = try TestState.temporaryDirectory()
    defer { TestState.removeAll(path) }
    #expect(throws: StateDirectoryError.missing(path.appending("none"))) {
      _ = try StateDirectory(observing: path.appending("none"))
    }
    let observer = try StateDirectory(observing: path)
    #expect(observer.servingProcess() == nil)
    #expect(throws: FileSystemError.self) { _ = try observer.folder(.inbox) }
    let daemon = try StateDirectory(owning: path)
    #expect(observer.servingProcess() == getpid())
    withExtendedLifetime(daemon) {}
  }

  @Test(
    "A folder that is a file or a symbolic link is refused by its name", arguments: [true, false])
  func wrongFolder(isLink: Bool) throws {
    let path = try TestState.temporaryDirectory()
    defer { TestState.removeAll(path) }
    let review = path.appending("review")
    if isLink {
      #expect(SystemCalls.symbolicLink(review, to: "/tmp"))
    } else {
      _ = try Directory(path).create("review")
    }
    let expected: StateDirectoryError = isLink ? .symbolicLink(review) : .notDirectory(review)
    #expect(throws: expected) { _ = try StateDirectory(owning: path) }
    #expect(expected.exitCode == 73)
  }

  @Test(
    "The trial file of a killed start is cleared away; what somebody else calls so stays, and hinders nothing"
  )
  func leftOverTrial() throws {
    let path = try TestState.temporaryDirectory()
    defer { TestState.removeAll(path) }
    do { _ = try StateDirectory(owning: path) }
    let root = try Directory(path)
    _ = try root.directory("inbox").create(".hangtag-trial")
    _ = try root.directory("work").create(".hangtag-trial")
    do { _ = try StateDirectory(owning: path) }
    #expect(try root.directory("inbox").status(of: ".hangtag-trial") == nil)
    #expect(try root.directory("work").status(of: ".hangtag-trial") == nil)
    try root.directory("done").create(".hangtag-trial").write([1].span)
    try root.directory("review").makeDirectory(".hangtag-trial")
    do { _ = try StateDirectory(owning: path) }
    #expect(try root.directory("done").status(of: ".hangtag-trial")?.size == 1)
    #expect(try root.directory("review").status(of: ".hangtag-trial")?.kind == .directory)
    var listing = try root.directory("work").listing()
    #expect(try listing.next() == nil)
  }

  @Test("Only the daemon's user can open the lock; others are told the process by another file")
  func lockIsPrivate() throws {
    let test = try TestState()
    var status = stat()
    #expect(unsafe lstat(test.path.appending(".lock").string, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(try test.read(".process") == "\(getpid())\n")
    #expect(try StateDirectory(observing: test.path).servingProcess() == getpid())
  }

  @Test(
    "A folder on another mount of the same file system is refused; the sentence names both sides",
    .enabled(if: SystemCalls.isRoot, "needs root for a bind mount"), arguments: ["inbox", "done"])
  func otherMount(name: String) throws {
    let path = try TestState.temporaryDirectory()
    defer { TestState.removeAll(path) }
    do { _ = try StateDirectory(owning: path) }
    let folder = path.appending(name)
    try #require(SystemCalls.bindMount(folder))
    defer { SystemCalls.unmount(folder) }
    let expected = StateDirectoryError.notOneFileSystem(path.appending("work"), folder)
    #expect(throws: expected) { _ = try StateDirectory(owning: path) }
    #expect(expected.description.contains(folder.string))
    #expect(expected.exitCode == 78)
    #expect(try Directory(path.appending("work")).status(of: ".hangtag-trial") == nil)
  }

  @Test("A folder that somebody removed while the daemon runs is there again at its next use")
  func removedFolder() throws {
    let test = try TestState()
    try test.state.root.removeDirectory("done")
    _ = try test.state.folder(.done)
    #expect(try test.exists("done"))
  }
}
