import FileSystem
import SystemPackage
import Testing

@testable import Inbox

@Suite struct ClaimTests {
  static let awkwardNames: [FilePath] = [
    "x.jpg", "spring/2024/x.jpg", "a\nb.jpg", "😀.png", FilePath(bytes: [0xff, 0xfe, 0x2e, 0x6a]),
    FilePath(String(repeating: "n", count: 251) + ".jpg"), "-rf", "with space/ü.jpg",
  ]

  @Test(
    "A claim is a rename: same inode, same bytes, same path below its own directory",
    arguments: awkwardNames)
  func claim(path: FilePath) throws {
    let test = try TestState()
    try test.write(Folder.inbox.path.pushing(path))
    let before = try test.status(of: Folder.inbox.path.pushing(path))
    let claim = try Claimer(test.state).claim(path: path, read: before)
    let isWhatWasRead = claim.isWhatWasRead
    #expect(isWhatWasRead)
    let photo = claim.photo
    #expect(photo.source == path)
    #expect(photo.location == FilePath("work/\(photo.identity)").pushing(path))
    #expect(try test.status(of: photo.location).inode == before.inode)
    #expect(try test.read(photo.location) == "photo")
    #expect(try test.files(below: "inbox").isEmpty)
    try claim.syncBytes(claim.open())
    try claim.syncPlace()
  }

  @Test("A link in the place of the folder that a photo came from keeps its claim from nothing")
  func linkedFolder() throws {
    let test = try TestState()
    try test.write("inbox/spring/x.jpg")
    let claim = try Claimer(test.state).claim(
      path: "spring/x.jpg", read: test.status(of: "inbox/spring/x.jpg"))
    try test.state.root.rename("inbox/spring", to: test.state.root, "away")
    try test.link("inbox/spring", to: "../away")
    try claim.syncPlace()
  }

  @Test("Folders in the inbox stay")
  func foldersStay() throws {
    let test = try TestState()
    try test.write("inbox/spring/x.jpg")
    _ = try test.claim("spring/x.jpg")
    #expect(try test.exists("inbox/spring"))
  }

  @Test("A photo that went away is gone, and no directory is left in work/")
  func gone() throws {
    let test = try TestState()
    try test.write("inbox/spring/x.jpg")
    let status = try test.status(of: "inbox/spring/x.jpg")
    for path in ["spring/y.jpg", "autumn/x.jpg", "spring/x.jpg/z.jpg"] as [FilePath] {
      #expect(throws: ClaimError.gone) {
        _ = try Claimer(test.state).claim(path: path, read: status)
      }
    }
    #expect(try test.names(in: "work").isEmpty)
  }

  @Test("A file that was put in the photo's place since it was read is noticed")
  func replaced() throws {
    let test = try TestState()
    try test.write("inbox/x.jpg", "first")
    let read = try test.status(of: "inbox/x.jpg")
    try test.state.root.directory("inbox").remove("x.jpg")
    try test.write("inbox/x.jpg", "second")
    let claim = try Claimer(test.state).claim(path: "x.jpg", read: read)
    let isWhatWasRead = claim.isWhatWasRead
    #expect(!isWhatWasRead)
    var bytes: [UInt8] = []
    try claim.open().readAll(into: &bytes, limit: 100)
    #expect(String(decoding: bytes, as: UTF8.self) == "second")
  }

  @Test(
    "A folder or a link that took the photo's name goes back to the inbox",
    arguments: [true, false])
  func noLongerFile(isLink: Bool) throws {
    let test = try TestState()
    try test.write("inbox/x.jpg")
    let read = try test.status(of: "inbox/x.jpg")
    try test.state.root.directory("inbox").remove("x.jpg")
    if isLink {
      try test.link("inbox/x.jpg", to: "/etc/passwd")
    } else {
      try test.state.root.directory("inbox").makeDirectory("x.jpg")
    }
    #expect(throws: ClaimError.gone) {
      _ = try Claimer(test.state).claim(path: "x.jpg", read: read)
    }
    #expect(try test.exists("inbox/x.jpg"))
    #expect(try test.names(in: "work").isEmpty)
  }

  @Test("Who replaces a sub folder by a symbolic link cannot lead the daemon out")
  func symbolicFolder() throws {
    let test = try TestState()
    try test.write("elsewhere/x.jpg")
    let read = try test.status(of: "elsewhere/x.jpg")
    try test.link("inbox/sub", to: "../elsewhere")
    #expect {
      _ = try Claimer(test.state).claim(path: "sub/x.jpg", read: read)
    } throws: { error in
      guard case .blocked(let reason) = error as? ClaimError else { return false }
      return reason.errno == .tooManySymbolicLinkLevels
    }
    #expect(try test.exists("elsewhere/x.jpg"))
  }

  @Test("One of two hard links is claimed; the other stays where it is")
  func hardLinks() throws {
    let test = try TestState()
    try test.write("inbox/x.jpg")
    try test.state.root.directory("inbox").link("x.jpg", as: "y.jpg")
    let photo = try test.claim("x.jpg")
    #expect(try test.files(below: "inbox") == ["y.jpg"])
    let other = try test.claim("y.jpg")
    #expect(photo.status.inode == other.status.inode)
    #expect(try test.files(below: "work").count == 2)
  }
}
