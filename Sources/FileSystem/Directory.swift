import CLinux
import Glibc
public import SystemPackage

/// An open directory, and the calls that work relative to it. Names are relative paths below it.
/// Holding the directory open, rather than its path, keeps every call in the same place when
/// somebody renames a parent folder meanwhile.
public struct Directory: ~Copyable, Sendable {
  /// The open descriptor, owned by this value.
  public let descriptor: Int32
  /// The path it was opened by, for error messages.
  public var path: FilePath { openedName.path }

  let openedName: OpenedName

  private init(descriptor: Int32, openedName: OpenedName) {
    self.descriptor = descriptor
    self.openedName = openedName
  }

  /// Opens the directory at `path`; symbolic links on the way are followed.
  public init(_ path: FilePath) throws(FileSystemError) {
    let descriptor = try Self.open(AT_FDCWD, path, path, O_RDONLY | O_DIRECTORY, 0)
    self.init(descriptor: descriptor, openedName: .path(path))
  }

  deinit { _ = Glibc.close(descriptor) }

  private static func open(
    _ directory: Int32, _ name: FilePath, _ shown: @autoclosure () -> FilePath, _ flags: Int32,
    _ mode: mode_t
  ) throws(FileSystemError) -> Int32 {
    try retrying("open", shown()) {
      unsafe name.withPlatformString {
        unsafe linux_openat(directory, $0, flags | O_CLOEXEC, mode)
      }
    }
  }

  private func shown(_ name: FilePath) -> FilePath { path.pushing(name) }

  /// Opens a directory below this one. No symbolic link is followed anywhere on the way, so that
  /// nobody who may write here can lead the caller out of the tree. An empty name opens this one.
  public func directory(_ name: FilePath) throws(FileSystemError) -> Directory {
    let target = name.isEmpty ? FilePath(".") : name
    let opened = try retrying("openat2", shown(name)) {
      unsafe target.withPlatformString {
        unsafe linux_open_beneath(descriptor, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      }
    }
    return Directory(descriptor: opened, openedName: .below(openedName, name))
  }

  /// Opens a directory below this one like `directory`, creating it and the missing ones above it.
  /// Each step is confined, so no directory is ever created behind a symbolic link.
  public func openOrCreateDirectory(_ name: FilePath) throws(FileSystemError) -> Directory {
    do {
      return try directory(name)
    } catch {
      guard error.errno == .noSuchFileOrDirectory, !name.isEmpty else { throw error }
      let parent = try openOrCreateDirectory(name.removingLastComponent())
      try parent.makeDirectory(name.fileName)
      return try parent.directory(name.fileName)
    }
  }

  /// Opens an existing file for reading. A symbolic link is refused (ELOOP), and a pipe does not
  /// block: look at the status before reading.
  public func open(_ name: FilePath) throws(FileSystemError) -> File {
    let opened = try retrying("openat2", shown(name)) {
      unsafe name.withPlatformString {
        unsafe linux_open_beneath(
          descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
      }
    }
    return File(descriptor: opened, openedName: .below(openedName, name))
  }

  /// Creates a file that must not exist yet, open for reading and writing.
  public func create(
    _ name: FilePath, permissions: FilePermissions = FilePermissions(rawValue: 0o664)
  ) throws(FileSystemError) -> File {
    let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
    return File(
      descriptor: try Self.open(descriptor, name, shown(name), flags, permissions.rawValue),
      openedName: .below(openedName, name))
  }

  /// Opens a file for reading and writing, creating it where it is missing. The position is its
  /// start.
  public func openOrCreate(
    _ name: FilePath, permissions: FilePermissions = FilePermissions(rawValue: 0o664)
  ) throws(FileSystemError) -> File {
    let flags = O_RDWR | O_CREAT | O_NOFOLLOW
    return File(
      descriptor: try Self.open(descriptor, name, shown(name), flags, permissions.rawValue),
      openedName: .below(openedName, name))
  }

  /// What the kernel knows of the file under `name`; a symbolic link is not followed.
  /// - Returns: nil where there is none.
  public func status(of name: FilePath) throws(FileSystemError) -> FileStatus? {
    var raw = stat()
    let result = unsafe name.withPlatformString {
      unsafe fstatat(descriptor, $0, &raw, AT_SYMLINK_NOFOLLOW)
    }
    if result == 0 { return FileStatus(raw) }
    if Glibc.errno == ENOENT || Glibc.errno == ENOTDIR { return nil }
    throw .last("fstatat", shown(name))
  }

  /// The kind of a file met in a listing of this directory.
  /// - Returns: nil where it is gone since.
  public func kind(
    of entry: DirectoryListing.Entry
  ) throws(FileSystemError) -> FileStatus.Kind? {
    if let kind = entry.kind { return kind }
    return try status(of: entry.name)?.kind
  }

  /// Creates the directory `name`, whose parent must exist.
  /// - Returns: false where it was there already.
  @discardableResult
  public func makeDirectory(
    _ name: FilePath, permissions: FilePermissions = FilePermissions(rawValue: 0o775)
  ) throws(FileSystemError) -> Bool {
    let result = unsafe name.withPlatformString {
      unsafe mkdirat(descriptor, $0, permissions.rawValue)
    }
    if result == 0 { return true }
    if Glibc.errno == EEXIST { return false }
    throw .last("mkdirat", shown(name))
  }

  /// Creates the directory `name` and the missing ones above it.
  public func makeDirectories(_ name: FilePath) throws(FileSystemError) {
    do {
      try makeDirectory(name)
    } catch {
      let parent = name.removingLastComponent()
      guard error.errno == .noSuchFileOrDirectory, !parent.isEmpty, parent != name else {
        throw error
      }
      try makeDirectories(parent)
      try makeDirectory(name)
    }
  }

  /// Moves a file to a name that must be free: EEXIST where it is taken.
  public func rename(
    _ name: FilePath, to target: borrowing Directory, _ newName: FilePath
  ) throws(FileSystemError) {
    let (from, to) = (descriptor, target.descriptor)
    try retrying("renameat2", shown(name)) {
      unsafe name.withPlatformString { old in
        unsafe newName.withPlatformString { new in
          unsafe linux_rename_noreplace(from, old, to, new)
        }
      }
    }
  }

  /// Puts the file `name` in the place of `newName`, for Hangtag's own state files only.
  public func replace(_ newName: FilePath, with name: FilePath) throws(FileSystemError) {
    try retrying("renameat", shown(name)) {
      unsafe name.withPlatformString { old in
        unsafe newName.withPlatformString { new in
          unsafe renameat(descriptor, old, descriptor, new)
        }
      }
    }
  }

  /// Removes a file of Hangtag's own. Never called on a photo.
  public func remove(_ name: FilePath) throws(FileSystemError) {
    try retrying("unlinkat", shown(name)) {
      unsafe name.withPlatformString { unsafe unlinkat(descriptor, $0, 0) }
    }
  }

  /// Removes a file of Hangtag's own, which may be gone already.
  public func removeIfThere(_ name: FilePath) throws(FileSystemError) {
    do { try remove(name) } catch  where error.isNotFound {}
  }

  /// Removes an empty directory; ENOTEMPTY where something is in it.
  public func removeDirectory(_ name: FilePath) throws(FileSystemError) {
    try retrying("unlinkat", shown(name)) {
      unsafe name.withPlatformString { unsafe unlinkat(descriptor, $0, AT_REMOVEDIR) }
    }
  }

  /// Makes creations, renames and removals in this directory durable.
  public func sync() throws(FileSystemError) {
    try once("fsync", path) { fsync(descriptor) }
  }

  /// Makes everything durable that was ever done on the file system this directory lies on, by any
  /// process: for what a process left behind that was killed.
  public func syncFileSystem() throws(FileSystemError) {
    try once("syncfs", path) { linux_syncfs(descriptor) }
  }

  /// Fails, as a rename would, where names in this directory may not be changed: EACCES or EROFS.
  public func checkWritable() throws(FileSystemError) {
    try once("faccessat", path) {
      unsafe faccessat(descriptor, ".", W_OK | X_OK, AT_EACCESS)
    }
  }

  /// What the kernel knows of this directory itself.
  public func status() throws(FileSystemError) -> FileStatus {
    var raw = stat()
    try once("fstat", path) { unsafe fstat(descriptor, &raw) }
    return FileStatus(raw)
  }

  /// Starts a listing of this directory.
  public func listing() throws(FileSystemError) -> DirectoryListing {
    try DirectoryListing(of: self)
  }
}
