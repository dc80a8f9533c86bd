public import FileSystem
import SystemPackage

/// A photo that was taken out of the inbox and is owned by this value alone: it lies in
/// `work/CLAIM/` under the path that it had in the inbox. Letting the value go leaves it there, for
/// recovery at the next start.
public struct Claim: ~Copyable, Sendable {
  /// What is known of the photo; for the committer.
  public let photo: ClaimedPhoto
  /// Whether this is the file that was looked at in the inbox, with the same inode, size and time of
  /// change. If not, somebody replaced it in between: read it again through `open`.
  public let isWhatWasRead: Bool

  private let state: StateDirectory

  init(photo: ClaimedPhoto, isWhatWasRead: Bool, state: StateDirectory) {
    self.photo = photo
    self.isWhatWasRead = isWhatWasRead
    self.state = state
  }

  /// The claim of a photo that a stop left in `work/`.
  public init(recovered: RecoveredClaim, in state: StateDirectory) {
    self.init(photo: recovered.photo, isWhatWasRead: false, state: state)
  }

  /// Opens the photo where it lies now.
  public func open() throws(FileSystemError) -> File {
    try state.root.open(photo.location)
  }

  /// Makes the photo's own bytes durable, because a copying program does not sync. First of the two,
  /// and only once: after a failure nobody knows what is on the disk.
  /// - Parameter file: the photo, opened in the inbox or by `open`.
  public func syncBytes(_ file: borrowing File) throws(FileSystemError) {
    try file.syncData()
  }

  /// Makes the photo's place in `work/` durable, then its absence from the inbox: once this has
  /// returned, a power loss neither loses the photo nor puts it back. May be repeated after a
  /// failure.
  ///
  /// In this order, because a file system without journal should rather show the photo twice than
  /// not at all.
  public func syncPlace() throws(FileSystemError) {
    var folder = photo.location.removingLastComponent()
    while !folder.isEmpty {
      try state.root.directory(folder).sync()
      folder.removeLastComponent()
    }
    do {
      try state.root.directory(Folder.inbox.path.pushing(photo.source).removingLastComponent())
        .sync()
    } catch  where error.isNotFound {
      // Somebody has removed the folder, which cannot come back with the photo in it.
    } catch  where !error.isPassing {
      // Somebody has closed it or put a link in its place, which must not hold the photo up for ever.
      try state.syncAll()
    }
  }
}
