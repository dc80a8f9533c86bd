import FileSystem
import SystemPackage

/// Directories in which names came or went and that have not been synced since. Each is held open,
/// so that it is synced even if somebody moves it away meanwhile.
struct TouchedDirectories: Sendable {
  private final class Open: Sendable {
    let directory: Directory

    init(_ directory: consuming Directory) { self.directory = directory }
  }

  private let state: StateDirectory
  /// By inode: all are on one file system.
  private var touched: [UInt64: Open] = [:]
  private let limit: Int

  /// - Parameter limit: from how many on they are to be synced, so that few descriptors are open.
  init(_ state: StateDirectory, limit: Int) {
    self.state = state
    self.limit = limit
  }

  var count: Int { touched.count }
  var isFull: Bool { touched.count >= limit }

  /// Notes a directory, by its path in the state directory, and the directories above it: it may be
  /// new, by this process or by one that was killed before it synced them.
  mutating func add(
    _ directory: borrowing Directory, at path: FilePath
  ) throws(FileSystemError) {
    guard touched[try directory.status().inode] == nil else { return }
    // All or none: a directory that is noted alone would be passed over the next time.
    var chain: [UInt64: Open] = [:]
    var path = path
    while true {
      let open = try state.root.directory(path)
      chain[try open.status().inode] = Open(open)
      if path.isEmpty { break }
      path.removeLastComponent()
    }
    touched.merge(chain) { known, _ in known }
  }

  /// Makes what happened in all of them durable.
  ///
  /// After a failure they stay noted, and may be synced again: unlike a file's data, a directory's
  /// changes are not dropped from memory when writing them fails; a journal that cannot be written
  /// makes the file system read-only.
  mutating func sync() throws(FileSystemError) {
    for (inode, open) in touched {
      try open.directory.sync()
      touched[inode] = nil
    }
  }
}
