import FileSystem
import SystemPackage
import Testing

@testable import Inbox

@Suite struct StoredNameTests {
  @Test(
    "A taken name gets its number before the last dot part",
    arguments: [
      ("IMG_1.jpg", "IMG_1~2.jpg"), ("a.b.jpg", "a.b~2.jpg"), ("noextension", "noextension~2"),
      (".hidden", ".hidden~2"), ("x.", "x~2."), ("IMG~2.jpg", "IMG~2~2.jpg"),
      ("😀.png", "😀~2.png"), ("a\nb.jpg", "a\nb~2.jpg"),
    ])
  func second(name: String, expected: String) {
    let stored = StoredName(FilePath(name), limit: 255)
    #expect(stored[1] == FilePath(name))
    #expect(stored[2] == FilePath(expected))
  }

  @Test("A name of 255 bytes loses the end of its stem, never its extension")
  func longest() {
    let name = FilePath(String(repeating: "a", count: 251) + ".jpg")
    let stored = StoredName(name, limit: 255)
    #expect(stored[1] == name)
    #expect(stored[12] == FilePath(String(repeating: "a", count: 248) + "~12.jpg"))
    #expect(stored[12].length == 255)
  }

  @Test("A stem is cut between two characters")
  func characters() {
    // 62 emoji of four bytes and ".jpg" are 252 bytes; "~1000" leaves room for 61 of them.
    let name = FilePath(String(repeating: "😀", count: 62) + ".jpg")
    let stored = StoredName(name, limit: 255)
    #expect(stored[1000] == FilePath(String(repeating: "😀", count: 61) + "~1000.jpg"))
  }

  @Test("Bytes that are no UTF-8 are kept as they are, and cut anywhere")
  func invalidUTF8() {
    let bytes = [UInt8](repeating: 0x80, count: 255)
    let stored = StoredName(FilePath(bytes: bytes), limit: 255)
    #expect(stored[1].bytes == bytes)
    #expect(stored[2].bytes == bytes.prefix(253) + Array("~2".utf8))
    let short = StoredName(FilePath(bytes: [0xff, 0xfe] + Array(".jpg".utf8)), limit: 255)
    #expect(short[2].bytes == [0xff, 0xfe] + Array("~2.jpg".utf8))
  }

  @Test("An ending too long for an extension is part of the stem")
  func longExtension() {
    let name = FilePath("a." + String(repeating: "b", count: 253))
    let stored = StoredName(name, limit: 255)
    #expect(stored[2] == FilePath("a." + String(repeating: "b", count: 251) + "~2"))
  }

  @Test("The next free of ten thousand taken names is found with few looks")
  func manyTaken() throws {
    let stored = StoredName("IMG_1.jpg", limit: 255)
    let taken = Set((1...10_000).map { stored[$0] })
    var looks = 0
    let number = try stored.firstFree(after: 1) { (name) throws(FileSystemError) in
      looks += 1
      return !taken.contains(name)
    }
    #expect(number == 10_001)
    #expect(looks < 40)
  }

  @Test("The first name is taken again when it is free, whatever was given last")
  func firstAgain() throws {
    let stored = StoredName("IMG_1.jpg", limit: 255)
    let number = try stored.firstFree(after: 50) { (_) throws(FileSystemError) in true }
    #expect(number == 1)
  }
}
