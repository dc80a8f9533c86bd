import FileSystem
import SystemPackage
import Threading

/// A count of what waits in the inbox, by looking: for `hangtag status`, and for metrics that can afford
/// a walk (a second for a million photos on a disk of the machine's own).
public struct InboxCensus: Sendable, Equatable {
  /// Photos that wait.
  public private(set) var photos = 0
  /// Their length in bytes, together.
  public private(set) var bytes: Int64 = 0
  /// When the one that has been there unchanged for longest arrived or was changed, in nanoseconds
  /// since 1970.
  public private(set) var oldest: Int64?
  /// Folders that could not be entered.
  public private(set) var unreadableFolders = 0

  /// Walks through the inbox of a state directory. Names are not kept.
  /// - Parameters:
  ///   - limit: how long to go on; what was not met by then is not counted.
  ///   - isLeftOut: asked of each photo's path in the inbox.
  public init(
    of state: StateDirectory, maximumDepth: Int = InboxSettings().maximumDepth,
    within limit: Duration? = nil, leavingOut isLeftOut: (FilePath) -> Bool = { _ in false }
  ) {
    var scan = TreeScan(of: "", in: state, maximumDepth: maximumDepth)
    let deadline = limit.map { MonotonicTime.now + $0 }
    while !scan.isFinished {
      if let deadline, MonotonicTime.now >= deadline { return }
      switch scan.step({ _, _ in }) {
      case .photo(let path):
        if isLeftOut(path) { continue }
        let location = Folder.inbox.path.pushing(path)
        // Taken since its name was read: it does not wait any more.
        guard let status = try? state.root.status(of: location) else { continue }
        photos += 1
        bytes += status.size
        oldest = min(oldest ?? .max, status.changed)
      case .blocked, .tooDeep: unreadableFolders += 1
      case .nothing: break
      }
    }
  }
}

extension InboxQueue {
  /// A count of the photos that wait to be taken, without those that cannot be.
  /// - Parameter limit: how long to go on counting.
  public func census(within limit: Duration) -> InboxCensus {
    InboxCensus(of: core.state, maximumDepth: core.settings.maximumDepth, within: limit) { path in
      core.shared.read { $0.isBlocked(path) }
    }
  }
}
