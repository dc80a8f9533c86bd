public import FileSystem
public import SystemPackage

/// The folder in which the process was started: one of its own, in memory, removed by fuzz.py.
public struct ScratchFolder {
  /// Where it is.
  public let path: FilePath = "."

  /// Takes the current folder.
  public init() {}

  /// The folder, opened.
  public func directory() throws(FileSystemError) -> Directory { try Directory(path) }

  /// Writes a file; none where there are no bytes.
  public func write(_ name: String, _ bytes: some Sequence<UInt8>) {
    let content = Array(bytes)
    if !content.isEmpty { writeFile(path.appending(name), content) }
  }

  /// Removes every file.
  public func clear() {
    require("the scratch folder can be cleared") {
      let directory = try Directory(path)
      var names: [FilePath] = []
      var listing = try directory.listing()
      while let entry = try listing.next() { names.append(entry.name) }
      for name in names { try directory.remove(name) }
    }
  }
}

/// Writes a file, in the place of an older one.
func writeFile(_ path: FilePath, _ bytes: [UInt8]) {
  require("\(path) can be written") {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate],
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    _ = try file.closeAfter { try file.writeAll(bytes) }
  }
}
