import Glibc
import SystemPackage
import Testing

@testable import FileSystem

@Suite struct FileTests {
  @Test("A file is read whole, or up to the limit", arguments: [0, 1, 2, 4095, 4096, 100_000])
  func readAll(size: Int) throws {
    let folder = try TestFolder()
    let content = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    let written = try folder.open().create("x")
    try written.write(content.span)
    let file = try folder.open().open("x")
    var bytes: [UInt8] = [1, 2, 3]
    try file.readAll(into: &bytes, limit: .max)
    #expect(bytes == content)
    try file.readAll(into: &bytes, limit: 2)
    #expect(bytes == Array(content.prefix(2)))
  }

  @Test("A file that says it is empty, as those in /proc do, is read to its end all the same")
  func sizeUnknown() throws {
    let bytes = try File.contents(of: "/proc/self/maps")
    #expect(bytes.count > 1000)
    #expect(bytes.last == UInt8(ascii: "\n"))
  }

  @Test("Reading beyond the end gives what is there")
  func shortRead() throws {
    let folder = try TestFolder()
    try folder.write("x", "abc")
    var buffer = [UInt8](repeating: 0, count: 8)
    let file = try folder.open().open("x")
    let count = try file.read(into: &buffer, at: 1)
    #expect(count == 2)
    #expect(buffer.prefix(2) == [UInt8(ascii: "b"), UInt8(ascii: "c")])
    let beyond = try file.read(into: &buffer, at: 99)
    #expect(beyond == 0)
  }

  @Test("What was cut off is gone, and writing goes on at the cut")
  func truncate() throws {
    let folder = try TestFolder()
    let file = try folder.open().create("x")
    let (first, second) = (Array("abcdef".utf8), Array("X".utf8))
    try file.write(first.span)
    try file.truncate(to: 2)
    try file.write(second.span)
    #expect(try folder.read("x") == "abX")
  }

  @Test("A full disk is recognised", .enabled(if: FileTests.hasFullDevice, "needs /dev/full"))
  func fullDisk() throws {
    let byte: [UInt8] = [1]
    #expect {
      let full = try Directory("/dev").openOrCreate("full")
      try full.write(byte.span)
    } throws: {
      ($0 as? FileSystemError)?.isOutOfSpace == true
    }
  }

  private static let hasFullDevice = unsafe access("/dev/full", W_OK) == 0

  @Test("A lock excludes every other open file, and goes with the file")
  func lock() throws {
    let folder = try TestFolder()
    let other = try folder.open().openOrCreate("lock")
    do {
      let first = try folder.open().openOrCreate("lock")
      let held = (try first.tryLock(), try other.tryLock(), try other.tryLock(shared: true))
      #expect(held == (true, false, false))
    }
    let third = try folder.open().openOrCreate("lock")
    let held = (
      try other.tryLock(shared: true), try third.tryLock(shared: true), try third.tryLock()
    )
    #expect(held == (true, true, false))
  }

  @Test(
    "A note on a file changes neither its bytes nor its time of modification",
    .enabled(if: FileTests.keepsNotes, "needs a file system with user attributes"))
  func attribute() throws {
    let folder = try TestFolder()
    try folder.write("x", "abc")
    let file = try folder.open().open("x")
    let before = try file.status()
    let none = file.extendedAttribute("user.test")
    #expect(none == nil)
    try file.setExtendedAttribute("user.test", [1, 2, 3])
    let note = file.extendedAttribute("user.test")
    #expect(note == [1, 2, 3])
    let isSame = try file.status().sameContent(as: before)
    #expect(isSame)
    try file.removeExtendedAttribute("user.test")
    try file.removeExtendedAttribute("user.test")
    let gone = file.extendedAttribute("user.test")
    #expect(gone == nil)
  }

  private static var keepsNotes: Bool {
    guard let folder = try? TestFolder(), let file = try? folder.open().create("x") else {
      return false
    }
    return (try? file.setExtendedAttribute("user.test", [1])) != nil
  }

  @Test("A call that a signal interrupts is made again; a sync that fails is not")
  func interrupted() throws {
    var calls = 0
    let result = try retrying("test", "x") { () -> Int in
      calls += 1
      Glibc.errno = EINTR
      return calls < 3 ? -1 : 7
    }
    #expect(result == 7)
    #expect(calls == 3)
    calls = 0
    #expect(throws: FileSystemError(call: "fsync", path: "x", errno: .interrupted)) {
      try once("fsync", "x") {
        calls += 1
        Glibc.errno = EINTR
        return -1
      }
    }
    #expect(calls == 1)
  }

  @Test(
    "A path keeps its bytes",
    arguments: [[], [0x61], [0xff, 0x2f, 0x80], [0x0a, 0xc3]] as [[UInt8]])
  func bytes(bytes: [UInt8]) {
    #expect(FilePath(bytes: bytes).bytes == bytes)
  }

  @Test("A path's last name is a path of its own")
  func fileName() {
    #expect(FilePath("a/b.jpg").fileName == "b.jpg")
    #expect(FilePath("b.jpg").fileName == "b.jpg")
    #expect(FilePath("").fileName == "")
    #expect(FilePath("/").fileName == "")
  }
}
