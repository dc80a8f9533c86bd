import Glibc

/// What the kernel knows of a file, as far as Hangtag needs it.
public struct FileStatus: Sendable, Equatable {
  /// The kinds of file that Hangtag tells apart.
  public enum Kind: Sendable, Equatable {
    case regular
    case directory
    case symbolicLink
    /// A socket, pipe or device.
    case other
  }

  /// What sort of file this is.
  public let kind: Kind
  /// The file's identity on its file system; survives renames.
  public let inode: UInt64
  /// The file system's identity.
  public let device: UInt64
  /// The user it belongs to.
  public let owner: UInt32
  /// Length in bytes.
  public let size: Int64
  /// Nanoseconds since 1970 of the last change of the content, held within what 64 bits can say (1677
  /// to 2262). Whoever owns the file may set it to anything.
  public let modified: Int64
  /// Nanoseconds since 1970 of the last change of content or metadata, by the kernel's clock.
  public let changed: Int64
  /// How many names the file has.
  public let links: UInt64

  /// Whether `other` shows the same file with the same content, as far as a look can tell.
  /// The change time is left out: a rename touches it.
  public func sameContent(as other: FileStatus) -> Bool {
    inode == other.inode && device == other.device && size == other.size
      && modified == other.modified
  }
}

extension FileStatus {
  init(_ raw: stat) {
    switch raw.st_mode & S_IFMT {
    case S_IFREG: kind = .regular
    case S_IFDIR: kind = .directory
    case S_IFLNK: kind = .symbolicLink
    default: kind = .other
    }
    inode = UInt64(raw.st_ino)
    device = UInt64(raw.st_dev)
    owner = raw.st_uid
    size = Int64(raw.st_size)
    modified = Self.nanoseconds(raw.st_mtim)
    changed = Self.nanoseconds(raw.st_ctim)
    links = UInt64(raw.st_nlink)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    let (seconds, isBeyond) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isAlsoBeyond) = seconds.addingReportingOverflow(Int64(time.tv_nsec))
    if isBeyond || isAlsoBeyond { return time.tv_sec < 0 ? .min : .max }
    return sum
  }
}
