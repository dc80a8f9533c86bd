public import FileSystem
public import SystemPackage

/// What is known of a photo that lies in `work/`.
public struct ClaimedPhoto: Sendable, Equatable {
  /// The claim.
  public let identity: ClaimIdentity
  /// Where it lay in the inbox, and lies below `work/CLAIM/`.
  public let source: FilePath
  /// As it lies in `work/`.
  public let status: FileStatus
  /// When it was claimed, in nanoseconds since 1970 by the wall clock.
  public let receivedAt: Int64

  /// Where it lies, relative to the state directory.
  public var location: FilePath {
    Self.folder(of: identity).pushing(source)
  }

  static func folder(of identity: ClaimIdentity) -> FilePath {
    Folder.work.path.appending(identity.description)
  }
}
