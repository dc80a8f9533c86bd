import FileSystem
import Manifest
import SystemPackage
import Threading

/// Notices that another weights file lies where the model lies. Events of its directory are hints;
/// what counts is whether the file is the one that was last tried, so that nothing is lost where
/// events do not come: behind a symbolic link, on a file server.
struct ModelWatch: ~Copyable {
  /// How often the file is looked at without a hint.
  private static let interval: Duration = .seconds(60)
  /// A file that no event spoke of may still be being written; it must be unchanged for this long.
  private static let settle: Duration = .seconds(2)

  private var path: FilePath = ""
  /// The file that was last tried; nil where there was none.
  private var tried: FileStatus?
  private var events: Inotify?
  private var isWatching = false
  private var nextLook: MonotonicTime = .now

  /// Readable when there may be news; nil where the kernel grants no events.
  private(set) var descriptor: Int32?

  /// How long to wait for events before the next look.
  func patience(at now: MonotonicTime) -> Duration { max(.zero, nextLook - now) }

  /// From now on watches the file at `path`.
  /// - Parameter tried: the file as it was before it was read; another one is news.
  mutating func follow(_ path: FilePath, tried: FileStatus?) {
    if path != self.path { isWatching = false }
    self.path = path
    self.tried = tried
    arm()
    nextLook = .now + Self.interval
  }

  /// Whether a file lies there that has not been tried.
  /// - Parameter wall: the same moment by the clock of file times.
  mutating func hasNews(at now: MonotonicTime, wall: Timestamp) -> Bool {
    let isHinted = readEvents()
    guard isHinted || now >= nextLook else { return false }
    if !isWatching { arm() }
    nextLook = now + Self.interval
    // A file that is gone is no new model.
    guard let found = Self.status(of: path), found != tried else { return false }
    let unchanged = wall.milliseconds - Timestamp(nanoseconds: found.changed).milliseconds
    if isHinted || .milliseconds(unchanged) >= Self.settle { return true }
    nextLook = now + Self.settle
    return false
  }

  /// What lies at a path, through symbolic links; nil where nothing can be opened.
  static func status(of path: FilePath) -> FileStatus? {
    try? File(reading: path).status()
  }

  private mutating func arm() {
    // A new queue, because the watch on another directory must end.
    guard !isWatching, let folder = try? Directory(path.removingLastComponent()),
      let fresh = try? Inotify()
    else { return }
    let flags: Inotify.Flags = [.closedAfterWriting, .movedIn, .selfMoved, .selfDeleted]
    isWatching = (try? fresh.watch(folder, for: flags)) != nil
    descriptor = fresh.descriptor
    events = consume fresh
  }

  /// - Returns: whether an event spoke of the file.
  private mutating func readEvents() -> Bool {
    let name = path.fileName
    var isHinted = false
    while let news = try? events?.read(), !news.isEmpty {
      for event in news {
        if event.flags.contains(.overflow) || event.name == name { isHinted = true }
        if !event.flags.isDisjoint(with: [.selfMoved, .selfDeleted, .ignored, .unmounted]) {
          isWatching = false
        }
      }
    }
    return isHinted
  }
}
