import FileSystem
import Glibc
import SystemPackage

/// A directory of a test's own, removed at the end.
final class TestFolder: Sendable {
  let path: FilePath

  init() throws {
    let parent = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    let name = "hangtag-files-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    try Directory(FilePath(parent)).makeDirectory(FilePath(name))
    path = FilePath(parent).appending(name)
  }

  deinit { Self.removeAll(path) }

  private static func removeAll(_ path: FilePath) {
    guard let directory = try? Directory(path), var listing = try? directory.listing() else {
      return
    }
    while let entry = try? listing.next() {
      if (try? directory.kind(of: entry)) == .directory {
        removeAll(path.pushing(entry.name))
      } else {
        try? directory.remove(entry.name)
      }
    }
    let parent = try? Directory(path.removingLastComponent())
    try? parent?.removeDirectory(path.fileName)
  }

  func open() throws -> Directory { try Directory(path) }

  func write(_ name: FilePath, _ content: String) throws {
    let bytes = Array(content.utf8)
    let file = try open().create(name)
    try file.write(bytes.span)
  }

  func read(_ name: FilePath) throws -> String {
    String(decoding: try open().readWhole(name, limit: 1 << 20), as: UTF8.self)
  }

  func rename(_ name: FilePath, to newName: FilePath) throws {
    let directory = try open()
    try directory.rename(name, to: directory, newName)
  }

  func link(_ name: FilePath, to target: FilePath) -> Bool {
    unsafe symlink(target.string, path.pushing(name).string) == 0
  }
}
