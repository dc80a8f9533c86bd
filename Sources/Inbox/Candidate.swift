public import SystemPackage

/// A photo in the inbox that a worker holds: nobody else is given it until the worker tells the
/// queue how it ended.
public struct Candidate: ~Copyable, Sendable {
  /// The path relative to the inbox. Bytes, not text: it may be no UTF-8.
  public let path: FilePath
  /// Whether an event said that the file was renamed in or closed after writing.
  public let isAnnounced: Bool

  init(path: FilePath, isAnnounced: Bool) {
    self.path = path
    self.isAnnounced = isAnnounced
  }
}
