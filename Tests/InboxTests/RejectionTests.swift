import FileSystem
import SystemPackage
import Testing

@testable import Inbox

@Suite struct RejectionTests {
  private let reason = Array(#"{"error":"x"}"#.utf8)

  @Test("A rejected photo gets its reason beside it")
  func reasonBeside() throws {
    let test = try TestState()
    try test.write("inbox/spring/x.jpg")
    let photo = try test.claim("spring/x.jpg")
    var placement = Placement(test.state)
    let target = try placement.choose(for: "spring/x.jpg", below: "rejected", hasReason: true)
    #expect(target == "rejected/spring/x.jpg")
    #expect(
      try placement.move(photo.identity, "spring/x.jpg", to: target, reason: reason) == .moved)
    #expect(
      try test.files(below: "rejected") == ["spring/x.jpg", "spring/x.jpg.reason.json"])
    #expect(try test.read("rejected/spring/x.jpg.reason.json") == #"{"error":"x"}"#)
  }

  @Test("A name is free only if its reason's name is free too")
  func reasonTaken() throws {
    let test = try TestState()
    try test.write("rejected/x.jpg.reason.json", "foreign")
    var placement = Placement(test.state)
    let target = try placement.choose(for: "x.jpg", below: "rejected", hasReason: true)
    #expect(target == "rejected/x~2.jpg")
    // A photo may itself be called like the reason of another.
    let other = try placement.choose(for: "x~2.jpg.reason.json", below: "rejected", hasReason: true)
    #expect(other == "rejected/x~2.jpg.reason~2.json")
  }

  @Test("A reason that somebody else wrote meanwhile is not written over, nor is a photo")
  func takenMeanwhile() throws {
    let test = try TestState()
    try test.write("inbox/x.jpg")
    let photo = try test.claim("x.jpg")
    var placement = Placement(test.state)
    let target = try placement.choose(for: "x.jpg", below: "rejected", hasReason: true)
    try test.write("rejected/x.jpg.reason.json", "foreign")
    #expect(try placement.move(photo.identity, "x.jpg", to: target, reason: reason) == .taken)
    #expect(try test.read("rejected/x.jpg.reason.json") == "foreign")

    let second = try placement.choose(for: "x.jpg", below: "rejected", hasReason: true)
    #expect(second == "rejected/x~2.jpg")
    try test.write(second, "foreign")
    #expect(try placement.move(photo.identity, "x.jpg", to: second, reason: reason) == .taken)
    #expect(try test.read(second) == "foreign")
    // No reason without its photo is left.
    #expect(try test.files(below: "rejected") == ["x.jpg.reason.json", "x~2.jpg"])
    #expect(try test.exists(photo.location))
  }

  @Test("A move that was interrupted after the reason is completed by the next run")
  func interrupted() throws {
    let test = try TestState()
    try test.write("inbox/x.jpg")
    let photo = try test.claim("x.jpg")
    try test.write("rejected/x.jpg.reason.json", #"{"error":"x"}"#)
    try test.write("rejected/.\(photo.identity).reason", "half")
    var placement = Placement(test.state)
    let move = try placement.move(photo.identity, "x.jpg", to: "rejected/x.jpg", reason: reason)
    #expect(move == .moved)
  }

  @Test("The longest name leaves room for its reason's")
  func longest() throws {
    let test = try TestState()
    let name = FilePath(String(repeating: "n", count: 251) + ".jpg")
    try test.write(Folder.inbox.path.pushing(name))
    let photo = try test.claim(name)
    var placement = Placement(test.state)
    let target = try placement.choose(for: name, below: "rejected", hasReason: true)
    #expect(target.fileName == FilePath(String(repeating: "n", count: 239) + ".jpg"))
    #expect(try placement.move(photo.identity, name, to: target, reason: reason) == .moved)
    #expect(try test.files(below: "rejected").count == 2)
  }

  @Test("A retried photo is in the inbox again, its bytes unchanged, and its reason is gone")
  func retry() throws {
    let test = try TestState()
    try test.write("rejected/spring/x.jpg", "photo")
    try test.write("rejected/spring/x.jpg.reason.json", "{}")
    let old = try #require(ClaimIdentity("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"))
    let path = try test.state.retry("spring/x.jpg", superseding: old)
    #expect(path == "spring/x.jpg")
    #expect(try test.files(below: "rejected").isEmpty)
    #expect(try test.read("inbox/spring/x.jpg") == "photo")
  }

  @Test(
    "A retried photo tells its old claim until its new entry is durable",
    .enabled(if: RejectionTests.keepsNotes, "needs a file system with user attributes"))
  func superseded() throws {
    let test = try TestState()
    try test.write("rejected/x.jpg")
    let old = try #require(ClaimIdentity("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"))
    _ = try test.state.retry("x.jpg", superseding: old)
    #expect(try test.state.root.open("inbox/x.jpg").supersededClaim == old)
    let photo = try test.claim("x.jpg")
    #expect(try test.state.root.open(photo.location).supersededClaim == old)
    var placement = Placement(test.state)
    _ = try placement.move(photo.identity, "x.jpg", to: "done/bag/x.jpg", wasRetried: true)
    #expect(try test.state.root.open("done/bag/x.jpg").supersededClaim == nil)
  }

  private static var keepsNotes: Bool {
    guard let test = try? TestState(), let file = try? test.state.root.create("x") else {
      return false
    }
    return (try? file.setExtendedAttribute("user.test", [1])) != nil
  }

  @Test("Retrying does not put a photo over another, and keeps a reason that is not Hangtag's")
  func retryTaken() throws {
    let test = try TestState()
    try test.write("rejected/x.jpg", "old")
    try test.write("rejected/x.jpg.reason.json", "foreign")
    try test.write("inbox/x.jpg", "new")
    #expect(try test.state.retry("x.jpg", superseding: nil) == "x~2.jpg")
    #expect(try test.read("inbox/x.jpg") == "new")
    #expect(try test.read("inbox/x~2.jpg") == "old")
    #expect(try test.files(below: "rejected") == ["x.jpg.reason.json"])
  }

  @Test("Only photos are retried, and none outside rejected/")
  func retryRefused() throws {
    let test = try TestState()
    try test.write("rejected/folder/x.jpg")
    try test.write("elsewhere/y.jpg")
    try test.link("rejected/link", to: "../elsewhere")
    for path in ["folder", "none", "link/y.jpg", "link"] as [FilePath] {
      #expect(throws: FileSystemError.self) { try test.state.retry(path, superseding: nil) }
    }
    #expect(try test.files(below: "inbox").isEmpty)
  }
}
