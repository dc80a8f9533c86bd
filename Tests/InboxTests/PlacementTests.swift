import FileSystem
import SystemPackage
import Testing

@testable import Inbox

@Suite struct PlacementTests {
  @Test(
    "A photo goes to its category's folder under the path it had in the inbox",
    arguments: ClaimTests.awkwardNames)
  func plain(path: FilePath) throws {
    let test = try TestState()
    try test.write(Folder.inbox.path.pushing(path))
    let photo = try test.claim(path)
    var placement = Placement(test.state)
    let target = try placement.choose(for: path, below: "done/ankle-boot")
    #expect(target == FilePath("done/ankle-boot").pushing(path))
    #expect(try placement.move(photo.identity, path, to: target) == .moved)
    #expect(try test.status(of: target).inode == photo.status.inode)
    #expect(try test.names(in: "work").isEmpty)
    try placement.syncTouched()
  }

  @Test("A taken name gets a number, also where it was only promised")
  func numbers() throws {
    let test = try TestState()
    try test.write("done/bag/x.jpg", "old")
    var placement = Placement(test.state)
    #expect(try placement.choose(for: "x.jpg", below: "done/bag") == "done/bag/x~2.jpg")
    #expect(try placement.choose(for: "x.jpg", below: "done/bag") == "done/bag/x~3.jpg")
    placement.release("done/bag/x~2.jpg")
    #expect(try placement.choose(for: "y.jpg", below: "done/bag") == "done/bag/y.jpg")
    #expect(try placement.choose(for: "y.jpg", below: "done/bag") == "done/bag/y~2.jpg")
    placement.release("done/bag/y.jpg")
    #expect(try placement.choose(for: "y.jpg", below: "done/bag") == "done/bag/y.jpg")
  }

  @Test("A file that takes the promised name meanwhile is not written over; the photo waits")
  func takenMeanwhile() throws {
    let test = try TestState()
    try test.write("inbox/x.jpg", "photo")
    let photo = try test.claim("x.jpg")
    var placement = Placement(test.state)
    let target = try placement.choose(for: "x.jpg", below: "review/coat")
    try test.write(target, "foreign")
    #expect(try placement.move(photo.identity, "x.jpg", to: target) == .taken)
    #expect(try test.read(target) == "foreign")
    #expect(try test.read(photo.location) == "photo")
    let next = try placement.choose(for: "x.jpg", below: "review/coat")
    #expect(next == "review/coat/x~2.jpg")
    #expect(try placement.move(photo.identity, "x.jpg", to: next) == .moved)
  }

  @Test(
    "A folder on another file system is passed over; one on another mount refuses the photo",
    .enabled(if: SystemCalls.isRoot, "needs root for a mount"))
  func mounts() throws {
    let test = try TestState()
    try test.write("inbox/spring/x.jpg")
    let photo = try test.claim("spring/x.jpg")
    var placement = Placement(test.state)
    let folder = test.path.appending("done").appending("bag").appending("spring")
    _ = try test.state.root.openOrCreateDirectory("done/bag/spring")
    try #require(SystemCalls.memoryMount(folder))
    #expect(
      try placement.choose(for: "spring/x.jpg", below: "done/bag") == "done/bag/spring~2/x.jpg")
    SystemCalls.unmount(folder)
    try #require(SystemCalls.bindMount(folder))
    defer { SystemCalls.unmount(folder) }
    let target = try placement.choose(for: "spring/x.jpg", below: "done/bag")
    #expect(target == "done/bag/spring/x.jpg")
    let move = try placement.move(photo.identity, "spring/x.jpg", to: target)
    guard case .refused(let error) = move else {
      Issue.record("it was \(move)")
      return
    }
    #expect(error.errno == .improperLink)
    #expect(try test.read(photo.location) == "photo")
  }

  @Test("A folder's name that a file has, or a link, gets a number itself")
  func folderTaken() throws {
    let test = try TestState()
    try test.write("elsewhere/z.jpg")
    try test.write("done/bag/spring", "a file")
    try test.link("done/coat", to: "../elsewhere")
    var placement = Placement(test.state)
    #expect(
      try placement.choose(for: "spring/x.jpg", below: "done/bag") == "done/bag/spring~2/x.jpg")
    #expect(try placement.choose(for: "x.jpg", below: "done/coat") == "done/coat~2/x.jpg")
    // And where the link comes after the choice.
    try test.write("inbox/y.jpg")
    let photo = try test.claim("y.jpg")
    let target = try placement.choose(for: "y.jpg", below: "done/shirt")
    try test.link("done/shirt", to: "../elsewhere")
    #expect(try placement.move(photo.identity, "y.jpg", to: target) == .taken)
    #expect(try test.files(below: "elsewhere") == ["z.jpg"])
  }

  @Test("A photo that is promised a name stands in the way of a folder of that name")
  func promisedFolder() throws {
    let test = try TestState()
    var placement = Placement(test.state)
    #expect(try placement.choose(for: "a", below: "done/bag") == "done/bag/a")
    #expect(try placement.choose(for: "a/x.jpg", below: "done/bag") == "done/bag/a~2/x.jpg")
  }

  @Test("A folder that somebody removes between choice and move is made again")
  func folderRemoved() throws {
    let test = try TestState()
    try test.write("inbox/spring/x.jpg")
    let photo = try test.claim("spring/x.jpg")
    var placement = Placement(test.state)
    let target = try placement.choose(for: "spring/x.jpg", below: "done/bag")
    try test.state.root.removeDirectory("done")
    #expect(try placement.move(photo.identity, "spring/x.jpg", to: target) == .moved)
    #expect(try test.exists(target))
  }

  @Test("A photo that has been moved before the last stop is missing, and its directory goes")
  func alreadyMoved() throws {
    let test = try TestState()
    try test.write("inbox/x.jpg")
    let photo = try test.claim("x.jpg")
    var placement = Placement(test.state)
    _ = try placement.move(photo.identity, "x.jpg", to: "done/bag/x.jpg")
    #expect(try placement.move(photo.identity, "x.jpg", to: "done/bag/x.jpg") == .missing)
    try test.state.root.directory("work").makeDirectory(FilePath(photo.identity.description))
    #expect(try placement.move(photo.identity, "x.jpg", to: "done/bag/x.jpg") == .missing)
    #expect(try test.names(in: "work").isEmpty)
  }

  @Test("What somebody put beside a photo in work/ stays there when the photo moves on")
  func foreignInWork() throws {
    let test = try TestState()
    try test.write("inbox/x.jpg")
    let photo = try test.claim("x.jpg")
    try test.write("work/\(photo.identity)/foreign.txt")
    var placement = Placement(test.state)
    #expect(try placement.move(photo.identity, "x.jpg", to: "done/bag/x.jpg") == .moved)
    #expect(try test.files(below: "work") == ["\(photo.identity)/foreign.txt"])
  }

  @Test("The same name dropped two hundred times gets two hundred names")
  func sameName() throws {
    let test = try TestState()
    var placement = Placement(test.state)
    var names: Set<FilePath> = []
    for _ in 0..<200 {
      try test.write("inbox/IMG_1.jpg")
      let photo = try test.claim("IMG_1.jpg")
      let target = try placement.choose(for: "IMG_1.jpg", below: "done/bag")
      #expect(try placement.move(photo.identity, "IMG_1.jpg", to: target) == .moved)
      names.insert(target)
    }
    #expect(names.count == 200)
    #expect(names.contains("done/bag/IMG_1~200.jpg"))
    // A daemon that has just started finds the end as well.
    var fresh = Placement(test.state)
    #expect(try fresh.choose(for: "IMG_1.jpg", below: "done/bag") == "done/bag/IMG_1~201.jpg")
  }

  @Test("More folders are touched between two seals than descriptors are held")
  func manyFolders() throws {
    let test = try TestState()
    var placement = Placement(test.state, touchedLimit: 8)
    for number in 0..<20 {
      let path = FilePath("folder \(number)/x.jpg")
      try test.write(Folder.inbox.path.pushing(path))
      let photo = try test.claim(path)
      let target = try placement.choose(for: path, below: "done/bag")
      #expect(try placement.move(photo.identity, path, to: target) == .moved)
      // One move adds the folder and those above it, and work/.
      #expect(placement.touchedCount <= 8 + 5)
    }
    try placement.syncTouched()
    #expect(placement.touchedCount == 0)
  }
}
