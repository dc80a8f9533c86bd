import FileSystem
import SystemPackage

/// A walk through the inbox or one of its folders, a step at a time: at every moment it holds one
/// open listing a level, and never a list of names.
struct TreeScan: ~Copyable {
  /// What one step met.
  enum Step: Equatable {
    /// A regular file that is not ignored, by its path in the inbox.
    case photo(FilePath)
    /// A folder that cannot be entered or listed.
    case blocked(FilePath, FileSystemError)
    /// A folder that is too deep, or a folder or photo that has too long a path.
    case tooDeep(FilePath)
    /// Nothing for the caller.
    case nothing
  }

  /// An open listing. A class, because an array holds no noncopyable values.
  private final class Level {
    let path: FilePath
    var listing: DirectoryListing
    /// For a file system whose listing does not tell the kinds.
    let directory: Directory

    init(_ path: FilePath, _ directory: consuming Directory) throws(FileSystemError) {
      self.path = path
      listing = try directory.listing()
      self.directory = directory
    }
  }

  private let state: StateDirectory
  /// How many open levels there may be.
  private let maximumLevels: Int
  private var levels: [Level] = []
  /// The folder to enter in the next step.
  private var pending: FilePath?

  /// The longest path in the inbox, in bytes: with the longest prefix that a photo's path gets on
  /// its way through the other folders it still is a path that the kernel takes (PATH_MAX, 4,096).
  static let pathLimit = 3584

  /// - Parameter folder: the path in the inbox; empty for the inbox itself.
  init(of folder: FilePath, in state: StateDirectory, maximumDepth: Int) {
    self.state = state
    maximumLevels = maximumDepth + 1 - folder.components.count
    pending = folder
  }

  /// Whether the walk is over.
  var isFinished: Bool { levels.isEmpty && pending == nil }

  /// - Parameter entering: called with each folder before it is listed, so that a watch misses
  ///   nothing that comes after the listing.
  mutating func step(_ entering: (borrowing Directory, FilePath) -> Void) -> Step {
    if let folder = pending {
      pending = nil
      return enter(folder, entering)
    }
    guard let level = levels.last else { return .nothing }
    do throws(FileSystemError) {
      guard let entry = try level.listing.next() else {
        levels.removeLast()
        return .nothing
      }
      return try visit(entry, in: level)
    } catch {
      levels.removeLast()
      return .blocked(level.path, error)
    }
  }

  private mutating func enter(
    _ folder: FilePath, _ entering: (borrowing Directory, FilePath) -> Void
  ) -> Step {
    do throws(FileSystemError) {
      let directory = try state.root.directory(Folder.inbox.path.pushing(folder))
      entering(directory, folder)
      levels.append(try Level(folder, directory))
      return .nothing
    } catch {
      // Removed or replaced since its name was read.
      if error.isNotFound || error.errno == .tooManySymbolicLinkLevels { return .nothing }
      return .blocked(folder, error)
    }
  }

  private mutating func visit(
    _ entry: DirectoryListing.Entry, in level: Level
  ) throws(FileSystemError) -> Step {
    if IgnoredNames.contains(entry.name) { return .nothing }
    let path = level.path.pushing(entry.name)
    switch try level.directory.kind(of: entry) {
    case .regular:
      return path.length > Self.pathLimit ? .tooDeep(path) : .photo(path)
    case .directory:
      if levels.count >= maximumLevels || path.length > Self.pathLimit { return .tooDeep(path) }
      pending = path
      return .nothing
    case .symbolicLink, .other, nil:
      return .nothing
    }
  }
}
