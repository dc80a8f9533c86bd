import FoundationEssentials
import Glibc
import SystemPackage
import Testing

@testable import FileSystem

@Suite struct DirectoryTests {
  @Test("Nothing leads out of a directory: no dots, no root, no symbolic link on the way")
  func confined() throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    try directory.makeDirectories("inside/deeper")
    try folder.write("secret", "x")
    #expect(folder.link("inside/out", to: folder.path))
    #expect(folder.link("inside/file", to: "../secret"))
    for name in ["..", "deeper/../..", "/", "out", "out/inside"] as [FilePath] {
      #expect(throws: FileSystemError.self) {
        _ = try folder.open().directory("inside").directory(name)
      }
    }
    for name in ["../secret", "/etc/passwd", "out/secret", "file"] as [FilePath] {
      #expect(throws: FileSystemError.self) {
        _ = try folder.open().directory("inside").open(name)
      }
    }
    _ = try directory.directory("inside").directory("deeper")
    _ = try directory.directory("inside").directory("")
  }

  @Test("Missing directories are created on the way, but none behind a symbolic link")
  func created() throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    try directory.makeDirectory("elsewhere")
    #expect(folder.link("link", to: "elsewhere"))
    _ = try directory.openOrCreateDirectory("a/b/c")
    #expect(try directory.status(of: "a/b/c")?.kind == .directory)
    #expect(throws: FileSystemError.self) { _ = try folder.open().openOrCreateDirectory("link/b") }
    #expect(try directory.status(of: "elsewhere/b") == nil)
    try folder.write("file", "x")
    #expect {
      _ = try folder.open().openOrCreateDirectory("file/b")
    } throws: {
      ($0 as? FileSystemError)?.errno == .notDirectory
    }
  }

  @Test("A rename never puts one file over another")
  func noReplace() throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    try folder.write("a", "first")
    try folder.write("b", "second")
    let expected = FileSystemError(
      call: "renameat2", path: folder.path.appending("a"), errno: .fileExists)
    #expect(throws: expected) { try folder.rename("a", to: "b") }
    #expect(try folder.read("a") == "first")
    #expect(try folder.read("b") == "second")
    // Nor where both names are one file, when the plain call would do nothing and report success.
    try directory.link("a", as: "c")
    #expect(throws: expected) { try folder.rename("a", to: "c") }
    #expect(try directory.status(of: "a")?.links == 2)
  }

  @Test(
    "A time that nanoseconds in 64 bits cannot say is held within them", arguments: [2300, 1600])
  func farTimes(year: Int) throws {
    let folder = try TestFolder()
    try folder.write("a", "")
    let time = timespec(tv_sec: (year - 1970) * 31_556_952, tv_nsec: 999_999_999)
    #expect(unsafe utimensat(AT_FDCWD, folder.path.appending("a").string, [time, time], 0) == 0)
    let modified = try #require(try folder.open().status(of: "a")).modified
    // Where the file system does not keep such a time it is another one, but on the same side.
    let now = Int64(Date.now.timeIntervalSince1970) * 1_000_000_000
    #expect(year > 2000 ? modified > now : modified < 0)
  }

  @Test("Every call stays in the directory that was opened when its path leads elsewhere")
  func renamedParent() throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    let held = try directory.openOrCreateDirectory("old")
    try directory.rename("old", to: directory, "new")
    try directory.makeDirectory("old")
    _ = try held.create("x")
    #expect(try directory.status(of: "new/x") != nil)
    #expect(try directory.status(of: "old/x") == nil)
  }

  @Test("A listing gives every name once with its kind, whatever its bytes")
  func listing() throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    let odd: [FilePath] = [
      "a\nb", "😀", FilePath(bytes: [0xff, 0x80]),
      FilePath(bytes: [UInt8](repeating: 0xfe, count: 255)),
    ]
    for name in odd { _ = try directory.create(name) }
    try directory.makeDirectory("folder")
    #expect(folder.link("link", to: "folder"))
    var found: [FilePath: FileStatus.Kind] = [:]
    var listing = try directory.listing()
    while let entry = try listing.next() {
      #expect(found[entry.name] == nil)
      found[entry.name] = try directory.kind(of: entry)
    }
    #expect(Set(found.keys) == Set(odd + ["folder", "link"]))
    #expect(found["folder"] == .directory)
    #expect(found["link"] == .symbolicLink)
    #expect(odd.allSatisfy { found[$0] == .regular })
  }

  @Test("Creating takes only a free name, and no symbolic link's")
  func exclusive() throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    #expect(folder.link("dangling", to: "nowhere"))
    #expect(throws: FileSystemError.self) { _ = try folder.open().create("dangling") }
    #expect(throws: FileSystemError.self) { _ = try folder.open().openOrCreate("dangling") }
    _ = try directory.create("x")
    #expect(throws: FileSystemError.self) { _ = try folder.open().create("x") }
    #expect(try directory.makeDirectory("x") == false)
  }

  @Test("An error tells what failed, on what and why")
  func description() throws {
    let folder = try TestFolder()
    _ = try folder.open().openOrCreateDirectory("a")
    #expect {
      _ = try folder.open().directory("a").open("missing")
    } throws: { error in
      guard let error = error as? FileSystemError else { return false }
      return error.path == folder.path.appending("a/missing") && error.isNotFound
        && error.description.hasPrefix("\(folder.path)/a/missing: No such file")
    }
  }

  @Test("A missing name and a name below a file have no status")
  func noStatus() throws {
    let folder = try TestFolder()
    try folder.write("file", "x")
    #expect(try folder.open().status(of: "none") == nil)
    #expect(try folder.open().status(of: "file/none") == nil)
  }

  @Test("A state file is replaced as a whole, also after a death in the middle of the last time")
  func writeWhole() throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    try directory.writeWhole("state", Array("one".utf8))
    try folder.write(".state.new", "half of tw")
    try directory.writeWhole("state", Array("two".utf8))
    #expect(try folder.read("state") == "two")
    #expect(try directory.status(of: ".state.new") == nil)
  }

  @Test("The file system says how long names may be")
  func facts() throws {
    let facts = try TestFolder().open().fileSystem()
    #expect(facts.nameLimit == 255)
    #expect(facts.remoteType == nil)
    // NFS_SUPER_MAGIC of linux/magic.h.
    #expect(FileSystemFacts(type: 0x6969, nameLimit: 255).remoteType == "NFS")
  }
}
