public import FileSystem

/// Why a photo was not claimed. It is still in the inbox, or was never there.
public enum ClaimError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Nothing that Hangtag takes is under that name any more.
  case gone
  /// The photo may not be taken: permissions, a read-only file system, a mount in the inbox.
  case blocked(FileSystemError)
  /// The disk or its quota is full.
  case outOfSpace(FileSystemError)
  /// The machine's fault, not the photo's: to be tried again in a while.
  case failed(FileSystemError)

  /// A sentence for the log.
  public var description: String {
    switch self {
    case .gone: "The photo is no longer in the inbox."
    case .blocked(let error): "The photo cannot be taken out of the inbox: \(error)."
    case .outOfSpace(let error): "There is no room on the disk to take photos: \(error)."
    case .failed(let error): "Taking a photo out of the inbox failed: \(error)."
    }
  }

  init(_ error: FileSystemError) {
    switch error.errno {
    case .permissionDenied, .notPermitted, .readOnlyFileSystem, .fileNameTooLong, .improperLink,
      .tooManySymbolicLinkLevels, .notDirectory, .resourceBusy:
      self = .blocked(error)
    case _ where error.isOutOfSpace: self = .outOfSpace(error)
    default: self = .failed(error)
    }
  }
}
