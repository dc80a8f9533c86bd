public import FileSystem
import SystemPackage

/// Takes photos out of the inbox by renaming them. May be used by several threads.
public final class Claimer: Sendable {
  private let state: StateDirectory
  private let identities: ClaimIdentityGenerator
  private let time: TimeSource

  /// Creates the claimer of a state directory.
  public init(_ state: StateDirectory, time: TimeSource = .system) {
    self.state = state
    self.time = time
    identities = ClaimIdentityGenerator(time: time)
  }

  /// Claims a candidate.
  /// - Parameter read: the status of the file whose bytes were read; what the claim holds is
  ///   compared with it.
  public func claim(
    _ candidate: borrowing Candidate, read: FileStatus
  ) throws(ClaimError) -> Claim {
    try claim(path: candidate.path, read: read)
  }

  func claim(path: FilePath, read: FileStatus) throws(ClaimError) -> Claim {
    let identity = identities.next()
    let origin: Directory
    do throws(FileSystemError) {
      origin = try state.root.directory(
        Folder.inbox.path.pushing(path).removingLastComponent())
    } catch {
      throw error.isNotFound ? .gone : ClaimError(error)
    }
    let work = WorkFolder(of: identity, in: state)
    do throws(FileSystemError) {
      let folder = try work.create(for: path)
      try take(path.fileName, from: origin, to: folder)
      do {
        if let status = try folder.status(of: path.fileName), status.kind == .regular {
          let photo = ClaimedPhoto(
            identity: identity, source: path, status: status, receivedAt: time.wall())
          return Claim(photo: photo, isWhatWasRead: status.sameContent(as: read), state: state)
        }
      } catch {
        // It cannot be looked at: back with it. Where that cannot be, it stays for recovery.
        try folder.rename(path.fileName, to: origin, path.fileName)
        throw error
      }
      // Somebody had put a folder or a link under the name: the same.
      try folder.rename(path.fileName, to: origin, path.fileName)
    } catch {
      work.removeEmptied()
      // The folders were just opened or made, so what is not found is the photo.
      throw error.errno == .noSuchFileOrDirectory ? .gone : ClaimError(error)
    }
    work.removeEmptied()
    throw .gone
  }

  private func take(
    _ name: FilePath, from origin: borrowing Directory, to folder: borrowing Directory
  ) throws(FileSystemError) {
    do {
      try origin.rename(name, to: folder, name)
    } catch {
      // A network file system may report a failure of a rename that it has made.
      guard try folder.status(of: name) != nil else { throw error }
    }
  }
}
