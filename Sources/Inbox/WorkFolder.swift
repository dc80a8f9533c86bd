import FileSystem
import SystemPackage

/// The directory `work/CLAIM/` of one claim: the photo under its path, and the count of attempts to
/// decode it alone.
struct WorkFolder {
  let identity: ClaimIdentity
  private let state: StateDirectory

  init(of identity: ClaimIdentity, in state: StateDirectory) {
    self.identity = identity
    self.state = state
  }

  /// Relative to the state directory.
  var path: FilePath { ClaimedPhoto.folder(of: identity) }

  /// Makes this directory, which nobody can have made before, and those in it that a photo needs.
  /// - Parameter photo: the photo's path in the inbox.
  /// - Returns: the directory that the photo will lie in.
  func create(for photo: FilePath) throws(FileSystemError) -> Directory {
    let folders = try state.folder(.work)
    try folders.makeDirectory(path.fileName)
    return try folders.openOrCreateDirectory(
      path.fileName.pushing(photo).removingLastComponent())
  }

  /// How often `markAttempt` was called.
  func attempts() throws(FileSystemError) -> Int {
    let folder = try state.root.directory(path)
    return Int(try folder.status(of: OwnName.attempts)?.size ?? 0)
  }

  /// Counts one more attempt, durably. The count is the file's length, so that there is no content
  /// that could be torn.
  func markAttempt() throws(FileSystemError) {
    let folder = try state.root.directory(path)
    let file = try folder.openOrCreate(OwnName.attempts)
    try file.truncate(to: try file.status().size + 1)
    try file.sync()
    try folder.sync()
  }

  /// Forgets the attempts. Where that fails, or is undone by a power loss, one too many is counted.
  func forgetAttempts() {
    try? state.root.directory(path).remove(OwnName.attempts)
  }

  /// The paths below this directory of everything that is no directory, without the count of
  /// attempts.
  func contents() throws(FileSystemError) -> [FilePath] {
    try contents(of: "").filter { $0 != OwnName.attempts }
  }

  private func contents(of folder: FilePath) throws(FileSystemError) -> [FilePath] {
    let directory = try state.root.directory(path.pushing(folder))
    var listing = try directory.listing()
    var result: [FilePath] = []
    while let entry = try listing.next() {
      let name = folder.pushing(entry.name)
      if try directory.kind(of: entry) == .directory {
        result += try contents(of: name)
      } else {
        result.append(name)
      }
    }
    return result
  }

  /// Removes this directory, which the photo has left, with what is empty in it. What somebody else
  /// put there stays, and its directories with it, until recovery sets it aside. What fails is tried
  /// again by `StateDirectory.removeLeftovers`.
  func removeEmptied() {
    do throws(FileSystemError) {
      let work = try state.root.directory(Folder.work.path)
      // Mostly the photo was all that was in it.
      if (try? work.removeDirectory(path.fileName)) != nil { return }
      try removeEmptied("")
    } catch {
      // Not empty, because somebody put something there: that is for recovery to set aside.
      if error.isNotFound || error.errno == .directoryNotEmpty { return }
      state.leftovers.withLock { _ = $0.insert(identity) }
    }
  }

  private func removeEmptied(_ folder: FilePath) throws(FileSystemError) {
    let directory = try state.root.directory(path.pushing(folder))
    var listing = try directory.listing()
    while let entry = try listing.next() {
      if folder.isEmpty, entry.name == OwnName.attempts {
        try directory.remove(entry.name)
      } else if try directory.kind(of: entry) == .directory {
        try removeEmptied(folder.pushing(entry.name))
      }
    }
    let location = path.pushing(folder)
    try state.root.directory(location.removingLastComponent()).removeDirectory(location.fileName)
  }
}
