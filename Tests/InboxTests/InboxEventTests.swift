import FileSystem
import SystemPackage
import Testing

@testable import Inbox

/// Photos that come while the inbox is watched. The next rescan is an hour away: what arrives came
/// by an event.
@Suite struct InboxEventTests {
  @Test(
    "A photo that is renamed in arrives at once, whatever its name",
    arguments: ClaimTests.awkwardNames)
  func movedIn(path: FilePath) throws {
    let test = try TestState()
    let inbox = try TestQueue(test)
    #expect(inbox.saw(.watching(.events)))
    try test.moveIn(path)
    #expect(try inbox.claimNext() == path)
    #expect(inbox.queue.statistics.watching == .events)
  }

  @Test("A photo that is written arrives when it is closed")
  func closed() throws {
    let test = try TestState()
    let inbox = try TestQueue(test)
    #expect(inbox.saw(.watching(.events)))
    try test.write("inbox/x.jpg")
    guard let candidate = inbox.queue.next() else {
      Issue.record("nothing came")
      return
    }
    let path = candidate.path
    #expect(path == "x.jpg")
    let status = try inbox.queue.open(candidate).status()
    // Though it has just been changed.
    #expect(inbox.queue.readiness(of: candidate, status) == .ready)
    inbox.queue.finished(candidate, .gone)
  }

  @Test("A hard link raises no event of its own kind, and arrives when it has settled")
  func hardLink() throws {
    let test = try TestState()
    var settings = TestQueue.eventsOnly
    settings.settle = .milliseconds(50)
    let inbox = try TestQueue(test, settings)
    #expect(inbox.saw(.watching(.events)))
    try test.write("elsewhere")
    try test.state.root.link("elsewhere", as: "inbox/x.jpg")
    #expect(try inbox.claimNext() == "x.jpg")
  }

  @Test("Folders that appear are watched and looked through, however deep and however they came")
  func newFolders() throws {
    let test = try TestState()
    let inbox = try TestQueue(test)
    #expect(inbox.saw(.watching(.events)))
    try test.write("album/one/1.jpg")
    try test.write("album/2.jpg")
    try test.state.root.rename("album", to: test.state.folder(.inbox), "album")
    #expect(try inbox.claim(2) == ["album/one/1.jpg", "album/2.jpg"])
    try test.write("inbox/a/b/c/3.jpg")
    #expect(try inbox.claimNext() == "a/b/c/3.jpg")
    try test.moveIn("album/one/4.jpg")
    #expect(try inbox.claimNext() == "album/one/4.jpg")
  }

  @Test("A folder that is renamed in the inbox is followed")
  func renamedFolder() throws {
    let test = try TestState()
    try test.write("inbox/old/sub/1.jpg")
    let inbox = try TestQueue(test)
    #expect(try inbox.claimNext() == "old/sub/1.jpg")
    let folder = try test.state.folder(.inbox)
    try folder.rename("old", to: folder, "new")
    try test.moveIn("new/sub/2.jpg")
    #expect(try inbox.claimNext() == "new/sub/2.jpg")
  }

  @Test("Ignored names arrive when they are renamed to their own; links and pipes never do")
  func ignored() throws {
    let test = try TestState()
    let inbox = try TestQueue(test)
    #expect(inbox.saw(.watching(.events)))
    for name in [".hidden.jpg", "1.jpg.part", "2.jpg~", "@eaDir/3.jpg", "folder.tmp/4.jpg"] {
      try test.write("inbox/\(name)")
    }
    try test.link("inbox/link.jpg", to: "/etc/passwd")
    #expect(SystemCalls.pipe(test.path.appending("inbox/pipe.jpg")))
    let folder = try test.state.folder(.inbox)
    try folder.rename("1.jpg.part", to: folder, "1.jpg")
    try folder.rename("folder.tmp", to: folder, "folder")
    #expect(try inbox.claim(2) == ["1.jpg", "folder/4.jpg"])
    try test.moveIn("last.jpg")
    #expect(try inbox.claimNext() == "last.jpg")
  }

  @Test("More events than there is room for lose nothing: a rescan finds the rest")
  func overflow() throws {
    let test = try TestState()
    var settings = TestQueue.eventsOnly
    settings.hintCapacity = 4
    let inbox = try TestQueue(test, settings)
    #expect(inbox.saw(.watching(.events)))
    let names = Set((0..<100).map { FilePath("\($0).jpg") })
    for name in names { try test.moveIn(name) }
    #expect(inbox.saw(.overflow))
    #expect(try inbox.claim(100) == names)
    #expect(inbox.queue.statistics.overflows > 0)
  }

  @Test("The inbox itself may be removed, and is there again")
  func removedInbox() throws {
    let test = try TestState()
    let inbox = try TestQueue(test)
    #expect(inbox.saw(.watching(.events)))
    try test.state.root.removeDirectory("inbox")
    #expect(inbox.saw(.inboxRecreated))
    try test.moveIn("x.jpg")
    #expect(try inbox.claimNext() == "x.jpg")
  }

  @Test("The inbox may be renamed away and another put in its place")
  func replacedInbox() throws {
    let test = try TestState()
    let inbox = try TestQueue(test)
    #expect(inbox.saw(.watching(.events)))
    try test.write("other/1.jpg")
    let root = try Directory(test.path)
    try root.rename("inbox", to: root, "inbox-old")
    // The daemon makes a new one at once; somebody replaces that.
    #expect(inbox.saw(.inboxRecreated))
    try root.rename("inbox", to: root, "inbox-older")
    try? root.rename("other", to: root, "inbox")
    if try test.exists("other") {
      try root.removeDirectory("inbox")
      try? root.rename("other", to: root, "inbox")
    }
    try test.moveIn("2.jpg")
    let claimed = try inbox.claimNext()
    #expect(claimed == "1.jpg" || claimed == "2.jpg")
  }

  @Test("A stop ends every wait at once")
  func stop() throws {
    let test = try TestState()
    let inbox = try TestQueue(test)
    #expect(inbox.saw(.watching(.events)))
    try test.moveIn("x.jpg")
    guard let held = inbox.queue.next() else {
      Issue.record("nothing came")
      return
    }
    inbox.queue.stop()
    let none = inbox.queue.next() == nil
    #expect(none)
    inbox.queue.finished(held, .claimed)
  }
}
