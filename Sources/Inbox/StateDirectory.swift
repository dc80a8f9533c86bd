public import FileSystem
import Glibc
import Synchronization
public import SystemPackage
import Threading

/// The directory that holds everything of one daemon: inbox, work, results and manifests.
///
/// Only the directory itself is held open. Its folders are opened below it each time, confined and
/// without following symbolic links, so a folder that somebody deletes, replaces or mounts over is
/// found again at the next call.
public final class StateDirectory: Sendable {
  /// The path it was opened by.
  public let path: FilePath
  /// The open state directory.
  public let root: Directory
  /// The file system that it is on, as `FileStatus` has it.
  let device: UInt64
  /// The longest file name its file system takes, in bytes.
  public let nameLimit: Int
  /// Whether `syncAll` does what syncs of single photos and folders do.
  public let syncsAsAWhole: Bool
  /// Held for as long as this object lives; nil for an observer.
  private let lock: File?
  /// Claims whose folders in `work/` could not be removed after their photos had left them.
  let leftovers = Mutex<Set<ClaimIdentity>>([])

  /// Opens the state directory for the one daemon that serves it: creates what is missing, takes
  /// the lock, and proves by trial renames that photos can move between all folders.
  /// - Parameter lockPatience: how long to wait for a predecessor that is just ending.
  public init(
    owning path: FilePath, lockPatience: Duration = .seconds(1)
  ) throws(StateDirectoryError) {
    let root = try explaining { () throws(FileSystemError) in try Self.openOrCreate(path) }
    let facts = try explaining { () throws(FileSystemError) in try root.fileSystem() }
    let lock = try explaining { () throws(FileSystemError) in
      let lock = try root.openOrCreate(OwnName.lock, permissions: Self.ownersOnly)
      try lock.setPermissions(Self.ownersOnly)
      return lock
    }
    try Self.acquire(lock, of: path, within: lockPatience)
    for folder in Folder.allCases {
      try explaining { () throws(FileSystemError) in
        _ = try root.openOrCreateDirectory(folder.path)
      }
    }
    try explaining { () throws(FileSystemError) in
      try root.writeWhole(OwnName.process, Array("\(getpid())\n".utf8), durably: false)
      try root.sync()
    }
    try TrialRenames.run(in: root)
    self.path = path
    device = try explaining { () throws(FileSystemError) in try root.status().device }
    self.root = root
    nameLimit = facts.nameLimit
    syncsAsAWhole = facts.syncsAsAWhole
    self.lock = consume lock
  }

  /// Opens an existing state directory beside its daemon: nothing is created and no lock taken.
  public init(observing path: FilePath) throws(StateDirectoryError) {
    do throws(FileSystemError) {
      root = try Directory(path)
      device = try root.status().device
      let facts = try root.fileSystem()
      nameLimit = facts.nameLimit
      syncsAsAWhole = facts.syncsAsAWhole
    } catch {
      throw error.errno == .noSuchFileOrDirectory ? .missing(path) : StateDirectoryError(error)
    }
    self.path = path
    lock = nil
  }

  /// The process that serves this directory now; nil where there is none.
  public func servingProcess() -> Int32? {
    guard lock == nil else { return getpid() }
    let probe: File
    do throws(FileSystemError) {
      probe = try root.open(OwnName.lock)
    } catch {
      return error.errno == .permissionDenied ? notedProcess() : nil
    }
    // The lock itself cannot be looked at without taking it, which could turn away a daemon that
    // starts in this moment; it is shared, short, and a starting daemon waits for longer.
    guard let free = try? probe.tryLock(shared: true), !free else { return nil }
    return Self.holder(probe) ?? 0
  }

  /// The process that says that it serves this directory, where it is still a daemon.
  private func notedProcess() -> Int32? {
    guard let bytes = try? root.readWhole(OwnName.process, limit: 32),
      let process = Self.number(bytes),
      let name = try? File.contents(of: FilePath("/proc/\(process)/comm"), limit: 32)
    else { return nil }
    return name.starts(with: "hangtagd".utf8) ? process : nil
  }

  /// Opens one of the folders. The daemon creates it again where somebody removed it.
  public func folder(_ folder: Folder) throws(FileSystemError) -> Directory {
    try lock == nil ? root.directory(folder.path) : root.openOrCreateDirectory(folder.path)
  }

  /// Makes durable whatever anybody has done on the file system: the bytes and places of all claims
  /// with one call, where `syncsAsAWhole`.
  public func syncAll() throws(FileSystemError) { try root.syncFileSystem() }

  /// Tries again to remove the folders in `work/` that their photos have left, where that had failed.
  func removeLeftovers() {
    for identity in leftovers.withLock({ $0 }) {
      // Back in the set where it fails again.
      leftovers.withLock { _ = $0.remove(identity) }
      WorkFolder(of: identity, in: self).removeEmptied()
    }
  }

  private static func openOrCreate(_ path: FilePath) throws(FileSystemError) -> Directory {
    do {
      return try Directory(path)
    } catch  where error.errno == .noSuchFileOrDirectory {
      try Directory(path.isAbsolute ? "/" : ".").makeDirectories(path)
      return try Directory(path)
    }
  }

  private static func acquire(
    _ lock: borrowing File, of path: FilePath, within patience: Duration
  ) throws(StateDirectoryError) {
    let deadline = MonotonicTime.now + patience
    do throws(FileSystemError) {
      while !(try lock.tryLock()) {
        if MonotonicTime.now >= deadline {
          throw .init(call: "flock", path: path, errno: .wouldBlock)
        }
        usleep(20_000)
      }
      // For the sentence that turns a second daemon away.
      try lock.truncate(to: 0)
      try lock.write(Array("\(getpid())\n".utf8).span)
    } catch {
      if error.errno == .wouldBlock { throw .locked(path, holder: holder(lock)) }
      throw StateDirectoryError(error)
    }
  }

  private static func holder(_ lock: borrowing File) -> Int32? {
    var bytes: [UInt8] = []
    guard (try? lock.readAll(into: &bytes, limit: 32)) != nil else { return nil }
    return number(bytes)
  }

  private static func number(_ bytes: [UInt8]) -> Int32? {
    Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }

  private static var ownersOnly: FilePermissions { [.ownerReadWrite] }
}

/// Runs `body` and turns its error into the state directory's.
func explaining<Result: ~Copyable>(
  _ body: () throws(FileSystemError) -> Result
) throws(StateDirectoryError) -> Result {
  do {
    return try body()
  } catch {
    throw StateDirectoryError(error)
  }
}
