import FileSystem
import SystemPackage

/// The directories watched by events, and what the events mean for the inbox. Holds itself right by
/// being renewed in every rescan: a folder that was moved gets its new path, and what a rescan did
/// not meet is no longer watched.
struct InboxEvents: ~Copyable {
  /// What happened since the last look.
  struct News {
    /// Files renamed in or closed after writing, by their paths in the inbox.
    var whole: [FilePath] = []
    /// Files that began to exist.
    var appeared: [FilePath] = []
    /// Folders that appeared.
    var folders: [FilePath] = []
    /// Whether events were lost.
    var isIncomplete = false
    /// Whether folders were moved about, so that the whole must be looked at.
    var wantsRescan = false
  }

  private struct Watch {
    var path: FilePath
    /// The number of the scan that met the folder last.
    var scan: Int
    /// Since when events of it arrive, in nanoseconds since 1970.
    var since: Int64
  }

  private var inotify: Inotify
  private var watches: [Int32: Watch] = [:]
  private let maximum: Int
  /// The watch of the state directory, which tells of the inbox's own coming and going.
  private let parent: Int32
  /// Why the last folder that could not be watched was not.
  private(set) var refusal: String?

  private static let folderFlags: Inotify.Flags = [
    .closedAfterWriting, .movedIn, .created, .selfMoved,
  ]
  private static let parentFlags: Inotify.Flags = [.created, .deleted, .movedIn, .movedOut]

  /// - Parameter maximum: the most folders to watch.
  init(maximum: Int, parent root: borrowing Directory) throws(FileSystemError) {
    let inotify = try Inotify()
    parent = try inotify.watch(root, for: Self.parentFlags)
    self.inotify = inotify
    self.maximum = maximum
  }

  var descriptor: Int32 { inotify.descriptor }
  var count: Int { watches.count }

  /// Since when events of a folder arrive; nil where they do not.
  func since(_ path: FilePath) -> Int64? { watches.values.first { $0.path == path }?.since }

  /// Watches a folder of the inbox, or notes that it is watched already.
  mutating func watch(_ directory: borrowing Directory, as path: FilePath, scan: Int, now: Int64) {
    do throws(FileSystemError) {
      let watch = try inotify.watch(directory, for: Self.folderFlags)
      let known = watches[watch]
      if known == nil, watches.count >= maximum {
        inotify.unwatch(watch)
        refusal = "more than \(maximum) folders are in it"
        return
      }
      let since = known?.path == path ? known?.since : nil
      watches[watch] = Watch(path: path, scan: scan, since: since ?? now)
    } catch {
      refusal =
        error.isOutOfSpace
        ? "the kernel grants no more watches (fs.inotify.max_user_watches)"
        : "a folder cannot be watched (\(error))"
    }
  }

  /// A new account of what cannot be watched begins.
  mutating func scanBegins() { refusal = nil }

  /// Ends the watches that scan number `scan`, now complete, has not renewed.
  mutating func forget(unmetBy scan: Int) {
    for (number, watch) in watches where watch.scan < scan {
      inotify.unwatch(number)
      watches[number] = nil
    }
  }

  /// Reads the events that wait, a buffer full at most.
  /// - Returns: nil where none wait.
  mutating func read() throws(FileSystemError) -> News? {
    let events = try inotify.read()
    if events.isEmpty { return nil }
    var news = News()
    for event in events { note(event, in: &news) }
    return news
  }

  private mutating func note(_ event: Inotify.Event, in news: inout News) {
    if event.flags.contains(.overflow) {
      news.isIncomplete = true
    } else if event.watch == parent {
      if event.name == Folder.inbox.path { news.wantsRescan = true }
    } else if event.flags.contains(.ignored) {
      // The folder is gone. The inbox's own end is told by the parent, or found by a rescan.
      watches[event.watch] = nil
    } else if event.flags.contains(.selfMoved) || event.flags.contains(.unmounted) {
      // The paths of this folder and of those below it are no longer right.
      news.wantsRescan = true
    } else if let folder = watches[event.watch], let name = event.name {
      note(event.flags, folder.path.pushing(name), named: name, in: &news)
    }
  }

  private func note(
    _ flags: Inotify.Flags, _ path: FilePath, named name: FilePath, in news: inout News
  ) {
    if IgnoredNames.contains(name) || path.length > TreeScan.pathLimit { return }
    if flags.contains(.isDirectory) {
      news.folders.append(path)
    } else if flags.contains(.created) {
      news.appeared.append(path)
    } else {
      news.whole.append(path)
    }
  }
}
