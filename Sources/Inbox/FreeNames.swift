import FileSystem
import SystemPackage

/// Finds names below the state directory that nothing has yet, and remembers those that were given
/// away but not taken up.
struct FreeNames: Sendable {
  private let state: StateDirectory
  private var promised: Set<FilePath> = []
  /// The number last given to a name, so that a name dropped again and again is not searched from
  /// its start. Only a help: what it leads to is checked.
  private var lastNumbers: [FilePath: Int] = [:]
  private static let lastNumberLimit = 4096

  init(_ state: StateDirectory) { self.state = state }

  /// Finds a free path and promises it until `release`.
  /// - Parameters:
  ///   - source: the path wanted below `base`.
  ///   - base: an existing or missing folder of the state directory.
  ///   - companion: an ending; the path with it must be free as well, and is promised too.
  /// - Returns: the path relative to the state directory.
  mutating func choose(
    _ source: FilePath, below base: FilePath, companion: String? = nil
  ) throws(FileSystemError) -> FilePath {
    let (folder, look) = try freeFolder(base.pushing(source).removingLastComponent())
    let wanted = folder.pushing(source.fileName)
    let name = StoredName(
      source.fileName, limit: state.nameLimit - (companion?.utf8.count ?? 0))
    let number = try name.firstFree(after: lastNumbers[wanted] ?? 1) {
      candidate throws(FileSystemError) in
      let path = folder.pushing(candidate)
      if promised.contains(path) { return false }
      guard try look.isFree(candidate) else { return false }
      guard let companion else { return true }
      if promised.contains(path.appendingToName(companion)) { return false }
      return try look.isFree(candidate.appendingToName(companion))
    }
    if lastNumbers.count >= Self.lastNumberLimit { lastNumbers.removeAll() }
    lastNumbers[wanted] = number
    let path = folder.pushing(name[number])
    promise(path, companion: companion)
    return path
  }

  /// Promises a name.
  mutating func promise(_ path: FilePath, companion: String?) {
    promised.insert(path)
    if let companion { promised.insert(path.appendingToName(companion)) }
  }

  /// Ends a promise: the name has been taken up, or will not be.
  mutating func release(_ path: FilePath, companion: String) {
    promised.remove(path)
    promised.remove(path.appendingToName(companion))
  }

  /// The folder itself or, where a part of its path is something else than a folder, or one that is
  /// closed to Hangtag, one like it.
  private func freeFolder(
    _ wanted: FilePath
  ) throws(FileSystemError) -> (path: FilePath, look: FolderLook) {
    // The first is one of Hangtag's own, which has no other name.
    var folder = FilePath(root: nil, wanted.components.prefix(1))
    var look = try FolderLook(folder, in: state)
    for component in wanted.components.dropFirst() {
      let name = StoredName(
        FilePath(root: nil, components: component), limit: state.nameLimit)
      var found: [FilePath: FolderLook] = [:]
      let number = try name.firstFree(after: 1) { candidate throws(FileSystemError) in
        if promised.contains(folder.pushing(candidate)) { return false }
        found[candidate] = try look.folder(candidate)
        return found[candidate] != nil
      }
      guard let next = found[name[number]] else { preconditionFailure("it has been found free") }
      folder.push(name[number])
      look = next
    }
    return (folder, look)
  }
}

/// A look into a folder that may be missing, in which case every name is free.
private final class FolderLook {
  private let directory: Directory?
  /// The file system that all photos are on.
  private let device: UInt64

  init(_ folder: FilePath, in state: StateDirectory) throws(FileSystemError) {
    device = state.device
    do {
      directory = try state.root.directory(folder)
    } catch  where error.errno == .noSuchFileOrDirectory {
      directory = nil
    }
  }

  private init(_ directory: consuming Directory?, on device: UInt64) {
    self.directory = directory
    self.device = device
  }

  func isFree(_ name: FilePath) throws(FileSystemError) -> Bool {
    try directory?.status(of: name) == nil
  }

  /// A look into a folder of this one.
  /// - Returns: nil where the name is something else's, or a folder's that photos cannot go to.
  func folder(_ name: FilePath) throws(FileSystemError) -> FolderLook? {
    do {
      guard let status = try directory?.status(of: name) else {
        return FolderLook(nil, on: device)
      }
      guard status.kind == .directory, status.device == device else { return nil }
      let folder = try directory?.directory(name)
      try folder?.checkWritable()
      return FolderLook(folder, on: device)
    } catch {
      // Removed meanwhile.
      if error.errno == .noSuchFileOrDirectory { return FolderLook(nil, on: device) }
      if error.meansRefusal { return nil }
      throw error
    }
  }
}

extension FileSystemError {
  /// Whether a folder is one that Hangtag can put nothing into, for as long as it stays so: closed to
  /// it, mounted, encrypted with a key that is not there.
  var meansRefusal: Bool {
    let keyNotAvailable = Errno(rawValue: 126)  // ENOKEY
    return [.permissionDenied, .notPermitted, .improperLink, keyNotAvailable].contains(errno)
  }
}
