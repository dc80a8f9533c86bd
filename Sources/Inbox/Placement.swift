public import FileSystem
public import SystemPackage

/// Decides under which name a claimed photo is kept, and moves it there. For the one committer
/// thread, which chooses names, writes the entries, and then moves the photos.
public struct Placement: ~Copyable, Sendable {
  /// How a move ended.
  public enum Move: Sendable, Equatable {
    /// The photo is where it belongs.
    case moved
    /// Somebody took the name after it was chosen. The photo is still in `work/`: choose again.
    case taken
    /// The folder does not take the photo, or not even lets itself be opened: choose a name elsewhere.
    /// The photo is still in `work/`.
    case refused(FileSystemError)
    /// The photo is not in `work/`: it had been moved before the last stop.
    case missing
  }

  private let state: StateDirectory
  private var names: FreeNames
  private var touched: TouchedDirectories

  /// Creates the placement of a state directory.
  public init(_ state: StateDirectory) {
    self.init(state, touchedLimit: 128)
  }

  init(_ state: StateDirectory, touchedLimit: Int) {
    self.state = state
    names = FreeNames(state)
    touched = TouchedDirectories(state, limit: touchedLimit)
  }

  /// How many directories wait for `syncTouched`.
  var touchedCount: Int { touched.count }

  /// Chooses a free name and promises it until the photo is moved or `release` is called.
  ///
  /// A taken name gets `~2`, `~3`... before its extension, and so does a folder on the way whose
  /// name something else has.
  /// - Parameters:
  ///   - source: the photo's path in the inbox.
  ///   - base: the folder that it goes to, such as `done/ankle-boot`, in the state directory.
  ///   - hasReason: whether a reason file goes beside it, whose name must be free as well.
  /// - Returns: the path in the state directory.
  public mutating func choose(
    for source: FilePath, below base: FilePath, hasReason: Bool = false
  ) throws(FileSystemError) -> FilePath {
    try names.choose(source, below: base, companion: hasReason ? OwnName.reasonSuffix : nil)
  }

  /// Takes back the promise of a name that will not be used.
  public mutating func release(_ path: FilePath) {
    names.release(path, companion: OwnName.reasonSuffix)
  }

  /// Moves a photo from `work/` to where it is kept, creating folders as needed, and never over
  /// another file. The move is durable after `syncTouched`.
  /// - Parameters:
  ///   - identity: the claim.
  ///   - source: the photo's path in the inbox, as it is below `work/CLAIM/`.
  ///   - target: the path in the state directory.
  ///   - reason: the content of the file `NAME.reason.json` beside it; durable at once.
  ///   - wasRetried: whether the photo carries the note of `retry`, which is then taken off: its
  ///     entry, durable by now, says the same.
  public mutating func move(
    _ identity: ClaimIdentity, _ source: FilePath, to target: FilePath, reason: [UInt8]? = nil,
    wasRetried: Bool = false
  ) throws(FileSystemError) -> Move {
    // Chosen before the last stop, it is not known yet; after an error it is still to be kept.
    names.promise(target, companion: reason == nil ? nil : OwnName.reasonSuffix)
    let work = WorkFolder(of: identity, in: state)
    let origin: Directory
    do {
      origin = try state.root.directory(work.path.pushing(source).removingLastComponent())
    } catch  where error.isNotFound {
      release(target)
      return .missing
    }
    guard try origin.status(of: source.fileName) != nil else {
      work.removeEmptied()
      release(target)
      return .missing
    }
    if wasRetried, let file = try? origin.open(source.fileName) { file.forgetSupersededClaim() }
    let move = try rename(source.fileName, in: origin, to: target, identity, reason)
    if move == .moved { work.removeEmptied() }
    release(target)
    return move
  }

  /// Makes all moves so far durable: before a journal is sealed.
  public mutating func syncTouched() throws(FileSystemError) {
    state.removeLeftovers()
    try touched.sync()
  }

  private mutating func rename(
    _ name: FilePath, in origin: borrowing Directory, to target: FilePath,
    _ identity: ClaimIdentity, _ reason: [UInt8]?
  ) throws(FileSystemError) -> Move {
    let parent = target.removingLastComponent()
    var attempts = 0
    while true {
      do throws(FileSystemError) {
        if touched.isFull { try touched.sync() }
        let folder = try state.root.openOrCreateDirectory(parent)
        try touched.add(folder, at: parent)
        try touched.add(state.folder(.work), at: Folder.work.path)
        let file = ReasonFile(of: target.fileName, identity)
        if let reason, !(try file.write(reason, in: folder)) { return .taken }
        do {
          try origin.rename(name, to: folder, target.fileName)
          return .moved
        } catch  where reason != nil && error.errno == .fileExists {
          try file.remove(from: folder)
          throw error
        }
      } catch {
        switch error.errno {
        case .fileExists, .notDirectory, .tooManySymbolicLinkLevels:
          return .taken
        case .noSuchFileOrDirectory where attempts < 3:
          // Somebody removed the folder between our steps: make it again.
          attempts += 1
        case _ where error.meansRefusal: return .refused(error)
        default: throw error
        }
      }
    }
  }
}
