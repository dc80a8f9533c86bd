public import FileSystem
public import SystemPackage

/// Why a state directory cannot be used. Each says what to do about it.
public enum StateDirectoryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Another daemon serves this directory; its process number where it is known.
  case locked(FilePath, holder: Int32?)
  /// There is no such directory, and the caller asked for an existing one.
  case missing(FilePath)
  /// Something that is no directory has a directory's name.
  case notDirectory(FilePath)
  /// A folder of the state directory is a symbolic link; Hangtag follows none.
  case symbolicLink(FilePath)
  /// Two folders lie on different file systems or mounts, so no photo can be renamed between them.
  case notOneFileSystem(FilePath, FilePath)
  /// The user that runs the program may not do what is needed.
  case noPermission(FileSystemError)
  /// Another failure of the file system.
  case failed(FileSystemError)

  /// The exit code by sysexits.h.
  public var exitCode: Int32 {
    switch self {
    case .locked: 75
    case .missing: 66
    case .notDirectory, .symbolicLink, .noPermission: 73
    case .notOneFileSystem: 78
    case .failed: 74
    }
  }

  /// A whole sentence: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .locked(let path, let holder):
      let who = holder.map { "process \($0)" } ?? "another process"
      return "The state directory \(path) is in use by \(who): stop that daemon first, or give this"
        + " one a directory of its own with --state-directory."
    case .missing(let path):
      return "There is no state directory at \(path): start hangtagd once, which creates it, or"
        + " name another with --state-directory."
    case .notDirectory(let path):
      return "\(path) is not a directory: move it away, or choose another state directory."
    case .symbolicLink(let path):
      return "\(path) is a symbolic link, which Hangtag never follows: put a real directory there,"
        + " or move the whole state directory to where the link points."
    case .notOneFileSystem(let left, let right):
      return "\(left) and \(right) are not on one file system and mount, so photos cannot be moved"
        + " between them in one step: put both on the same mount."
    case .noPermission(let error):
      return "\(error.path) cannot be used by this user (\(error.errno) at \(error.call)): give the"
        + " daemon's user the right to read and write there."
    case .failed(let error):
      return "The state directory cannot be used: \(error)."
    }
  }

  /// The state directory's word for a failed call.
  init(_ error: FileSystemError) {
    switch error.errno {
    case .permissionDenied, .notPermitted, .readOnlyFileSystem: self = .noPermission(error)
    case .notDirectory: self = .notDirectory(error.path)
    case .tooManySymbolicLinkLevels: self = .symbolicLink(error.path)
    default: self = .failed(error)
    }
  }
}
