import FileSystem
import Glibc
@testable import Inbox
import SystemPackage
import Testing

/// A state directory of a test's own, removed at the end. In memory where the machine has /dev/shm:
/// these tests are about names and their order, not about the disk.
final class TestState: Sendable {
  let path: FilePath
  let state: StateDirectory

  convenience init() throws { try self.init(in: Self.temporaryDirectory()) }

  init(in path: FilePath) throws {
    self.path = path
    state = try StateDirectory(owning: path)
  }

  deinit { Self.removeAll(path) }

  static func temporaryDirectory() throws -> FilePath {
    let parent = SystemCalls.isWritable("/dev/shm") ? "/dev/shm" : "/tmp"
    let name = "hangtag-inbox-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    try Directory(FilePath(parent)).makeDirectory(FilePath(name))
    return FilePath(parent).appending(name)
  }

  static func removeAll(_ path: FilePath) {
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

  /// Writes a file, with the folders above it.
  func write(_ path: FilePath, _ content: String = "photo") throws {
    let folder = try state.root.openOrCreateDirectory(path.removingLastComponent())
    try folder.create(path.fileName).write(Array(content.utf8).span)
  }

  /// Renames a finished file into the inbox, as `mv` does.
  func moveIn(_ path: FilePath, _ content: String = "photo") throws {
    let outside = FilePath("outside-\(UInt64.random(in: 0 ... .max))")
    try write(outside, content)
    let folder = try state.root.openOrCreateDirectory(
      Folder.inbox.path.pushing(path).removingLastComponent())
    try state.root.rename(outside, to: folder, path.fileName)
  }

  func read(_ path: FilePath) throws -> String {
    String(decoding: try state.root.readWhole(path, limit: 1 << 20), as: UTF8.self)
  }

  func exists(_ path: FilePath) throws -> Bool { try state.root.status(of: path) != nil }

  /// Everything below a folder that is no directory, in order.
  func files(below folder: FilePath) throws -> [FilePath] {
    let directory = try state.root.directory(folder)
    var listing = try directory.listing()
    var result: [FilePath] = []
    while let entry = try listing.next() {
      if try directory.kind(of: entry) == .directory {
        result += try files(below: folder.pushing(entry.name)).map { entry.name.pushing($0) }
      } else {
        result.append(entry.name)
      }
    }
    return result.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// The names in a folder.
  func names(in folder: FilePath) throws -> [FilePath] {
    var listing = try state.root.directory(folder).listing()
    var result: [FilePath] = []
    while let entry = try listing.next() { result.append(entry.name) }
    return result
  }

  /// Makes a symbolic link.
  func link(_ path: FilePath, to target: FilePath) throws {
    try #require(SystemCalls.symbolicLink(self.path.pushing(path), to: target))
  }

  func status(of path: FilePath) throws -> FileStatus {
    try #require(try state.root.status(of: path))
  }

  /// Takes a photo that lies in the inbox.
  func claim(_ path: FilePath) throws -> ClaimedPhoto {
    let read = try status(of: Folder.inbox.path.pushing(path))
    return try Claimer(state).claim(path: path, read: read).photo
  }
}
