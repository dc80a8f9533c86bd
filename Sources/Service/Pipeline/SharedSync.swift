import Inbox
import Synchronization
import Threading

/// Syncs the whole file system for a group of photos, instead of each photo and three folders: one
/// wait for the disk, however large the group.
///
/// It also waits for whatever others have written there. Where that takes long it is left alone for
/// twenty times as long, so that it never costs more than a twentieth of the time; a photo that has
/// the disk to itself is synced alone anyway, lest others be made to write more often than they want.
final class SharedSync: Sendable {
  private static let long: Duration = .milliseconds(250)
  private static let rests = 20

  private let state: StateDirectory
  /// Not before this moment; nil where it never helps.
  private let notBefore: Mutex<MonotonicTime?>

  init(_ state: StateDirectory) {
    self.state = state
    notBefore = Mutex(state.syncsAsAWhole ? .now : nil)
  }

  /// Whether photos should be left to it now.
  var isGood: Bool { notBefore.withLock { $0.map { $0 <= .now } ?? false } }

  /// - Returns: whether everything is durable. If not, which photo was to blame only its own sync can
  ///   tell.
  func run() -> Bool {
    let start = MonotonicTime.now
    let isDone = (try? state.syncAll()) != nil
    let end = MonotonicTime.now
    if !isDone || end - start > Self.long {
      notBefore.withLock { if $0 != nil { $0 = end + max(end - start, Self.long) * Self.rests } }
    }
    return isDone
  }
}
