import Glibc
public import SystemPackage

/// A system call that failed: which one, on what, and why.
public struct FileSystemError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system call's name, such as `renameat2`.
  public let call: String
  /// What it was called on, as the caller named it.
  public let path: FilePath
  /// The reason the kernel gave.
  public let errno: Errno

  /// Creates an error for a failed call.
  public init(call: String, path: FilePath, errno: Errno) {
    self.call = call
    self.path = path
    self.errno = errno
  }

  /// The error of the call that has just failed on this thread.
  static func last(_ call: String, _ path: @autoclosure () -> FilePath) -> FileSystemError {
    // The reason first: making the path may change it.
    let reason = Errno(rawValue: Glibc.errno)
    return FileSystemError(call: call, path: path(), errno: reason)
  }

  /// One line: path, reason, call.
  public var description: String {
    "\(path): \(errno) (\(call))"
  }

  /// Whether the cause is the disk or its quota being full, so that waiting may mend it.
  public var isOutOfSpace: Bool {
    errno == .noSpace || errno == .diskQuotaExceeded
  }

  /// Whether the cause is the machine's and not the file's, so that the same call may succeed later:
  /// a full disk, no descriptors or memory to be had, a signal.
  public var isPassing: Bool {
    isOutOfSpace
      || [.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .interrupted].contains(errno)
  }

  /// Whether there is nothing under this name.
  public var isNotFound: Bool {
    errno == .noSuchFileOrDirectory || errno == .notDirectory
  }
}

/// Calls again while a signal interrupts the call, as every blocking system call must be.
/// `body` returns a negative number and sets errno on failure.
@discardableResult
func retrying<Result: BinaryInteger>(
  _ call: String, _ path: @autoclosure () -> FilePath, _ body: () -> Result
) throws(FileSystemError) -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    if Glibc.errno != EINTR { throw .last(call, path()) }
  }
}

/// Calls once: for calls that must not be repeated (close, and syncs whose failure is final).
func once(
  _ call: String, _ path: @autoclosure () -> FilePath, _ body: () -> Int32
) throws(FileSystemError) {
  if body() < 0 { throw .last(call, path()) }
}
