public import FileSystem
public import SystemPackage
import Threading

/// A claimed photo that a stop left in `work/`.
public struct RecoveredClaim: Sendable, Equatable {
  /// The photo. Its `receivedAt` is the moment in the claim's identity.
  public let photo: ClaimedPhoto
  /// How often it has been decoded alone after an unclean stop, by `markAttempt`.
  public let attempts: Int
}

/// What recovery found in `work/`.
public struct Recovery: Sendable, Equatable {
  /// Something that Hangtag had not put there, and where it is now.
  public struct SetAside: Sendable, Equatable {
    /// Where it lay, relative to the state directory.
    public let from: FilePath
    /// Where it lies now, relative to the state directory.
    public let to: FilePath
  }

  /// The claims, the earliest first.
  public fileprivate(set) var claims: [RecoveredClaim] = []
  /// What was set aside below `rejected/found-in-work/`, for the log.
  public fileprivate(set) var setAside: [SetAside] = []
  /// What could neither be taken for a claim nor set aside, and stays: for the log.
  public fileprivate(set) var failures: [FileSystemError] = []
}

extension StateDirectory {
  /// Looks through `work/` at start, before anything is claimed: claims are returned, what a claim
  /// left empty is removed, and everything else is moved to `rejected/found-in-work/`, where a person
  /// sees it and `retry` can bring it back. Nothing there can stop the start.
  ///
  /// Whatever the last run did is durable afterwards: it may have been killed between moving a photo
  /// and syncing its directory, and a journal may not be sealed before that has happened.
  /// - Parameters:
  ///   - isSealed: whether every entry is in a sealed manifest, before which its photo's move was
  ///     synced. If `work/` is empty too, nothing is left to sync, and a start does not wait for what
  ///     others write to the disk.
  ///   - expected: the source path in a claim's entry, where it has one: tells the photo from what
  ///     somebody put beside it.
  public func recoverWork(
    isSealed: Bool = false, expected: (ClaimIdentity) -> FilePath? = { _ in nil }
  ) throws(FileSystemError) -> Recovery {
    var recovery = Recovery()
    var isEmpty = true
    let work = try folder(.work)
    var listing = try work.listing()
    while let entry = try listing.next() {
      isEmpty = false
      let location = Folder.work.path.pushing(entry.name)
      do throws(FileSystemError) {
        let kind = try work.status(of: entry.name)?.kind
        if kind == .directory, let identity = ClaimIdentity(entry.name.string) {
          try recover(identity, expected(identity), into: &recovery)
        } else {
          try setAside(location, into: &recovery)
        }
      } catch {
        recovery.failures.append(error)
      }
    }
    if !(isSealed && isEmpty) { try root.syncFileSystem() }
    recovery.claims.sort { $0.photo.identity < $1.photo.identity }
    return recovery
  }

  /// Notes durably that a recovered claim is about to be decoded alone: a second death in the middle
  /// of it is its own.
  public func markAttempt(_ identity: ClaimIdentity) throws(FileSystemError) {
    try WorkFolder(of: identity, in: self).markAttempt()
  }

  /// Notes that the decoding has ended, and with it what `markAttempt` warned of.
  public func forgetAttempts(_ identity: ClaimIdentity) {
    WorkFolder(of: identity, in: self).forgetAttempts()
  }

  private func recover(
    _ identity: ClaimIdentity, _ expected: FilePath?, into recovery: inout Recovery
  ) throws(FileSystemError) {
    let work = WorkFolder(of: identity, in: self)
    var files = try work.contents()
    if let expected, files.count > 1, files.contains(expected) {
      for file in files where file != expected {
        try setAside(work.path.pushing(file), into: &recovery)
      }
      files = [expected]
    }
    guard let source = files.first else {
      work.removeEmptied()
      return
    }
    let status = try root.directory(work.path.pushing(source).removingLastComponent())
      .status(of: source.fileName)
    guard files.count == 1, let status, status.kind == .regular else {
      // Which of them is the photo nobody can tell.
      try setAside(work.path, into: &recovery)
      return
    }
    let photo = ClaimedPhoto(
      identity: identity, source: source, status: status,
      receivedAt: Duration.milliseconds(identity.milliseconds).nanoseconds)
    recovery.claims.append(RecoveredClaim(photo: photo, attempts: try work.attempts()))
  }

  private func setAside(
    _ location: FilePath, into recovery: inout Recovery
  ) throws(FileSystemError) {
    let path = FilePath(root: nil, location.components.dropFirst())
    let target = try rename(location, to: path, below: OwnName.foundInWork)
    recovery.setAside.append(Recovery.SetAside(from: location, to: target))
  }
}
