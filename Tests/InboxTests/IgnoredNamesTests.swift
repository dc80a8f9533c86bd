import FileSystem
import Inbox
import SystemPackage
import Testing

@Suite struct IgnoredNamesTests {
  @Test(
    "Names of files that are still being written, and of what file servers leave, are left alone",
    arguments: [
      ".hidden.jpg", ".nfs000000001", ".DS_Store", "x.jpg.part", "x.jpg.PART", "x.filepart",
      "x.Crdownload", "x.tmp", "x.TMP", "x.jpg~", "~", ".part", "@eaDir",
    ])
  func ignored(name: String) {
    #expect(IgnoredNames.contains(FilePath(name)))
  }

  @Test(
    "Names that only look like those are photos",
    arguments: [
      "x.jpg", "part", "x.part.jpg", "tmp", "x~.jpg", "@eadir", "eaDir", "x.partial", "crdownload",
      "a\nb.jpg", "😀.png",
    ])
  func taken(name: String) {
    #expect(!IgnoredNames.contains(FilePath(name)))
  }

  @Test("A name that is no UTF-8 is judged by its bytes")
  func invalidUTF8() {
    #expect(!IgnoredNames.contains(FilePath(bytes: [0xff, 0xfe])))
    #expect(IgnoredNames.contains(FilePath(bytes: [0xff] + Array(".tmp".utf8))))
  }
}
