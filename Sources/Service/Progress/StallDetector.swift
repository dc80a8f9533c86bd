import Inbox
import Threading

/// Tells a service that hangs from one that is idle or slow. Pure: it is told what is and the time.
///
/// It hangs when one thread has been at the same piece of work for too long, when the inbox's thread
/// has not taken the turn that it meant to take, or when there is work and the threads for it do not
/// take it.
struct StallDetector {
  private let watchdog: Duration?
  /// Since when there has been work that nobody takes, and the board's changes until then.
  private var untaken: (since: MonotonicTime, changes: Int)?

  /// - Parameter watchdog: systemd's patience, which is the administrator's word for "too long".
  init(watchdog: Duration?) { self.watchdog = watchdog }

  /// - Parameters:
  ///   - inbox: nil before it is watched.
  ///   - uncommitted: photos that wait for the committer.
  ///   - decodeLimit: what a photo's decoding may take: no photo that is within it is a stall.
  /// - Returns: a sentence where the service hangs.
  mutating func stall(
    _ board: ProgressBoard.Snapshot, _ inbox: InboxStatistics?, uncommitted: Int,
    decodeLimit: Duration, at now: MonotonicTime
  ) -> String? {
    // How long one piece of work may take.
    let limit = max(decodeLimit * 2, watchdog ?? .seconds(60))
    for entry in board.entries where entry.activity.isWork && now - entry.since > limit {
      let photo = entry.photo.map { " \($0)" } ?? ""
      return "The thread `\(entry.thread)` hangs: it has been \(entry.activity.rawValue)\(photo) "
        + "for \(Self.seconds(now - entry.since))."
    }
    if let due = inbox?.turnDue, now - due > limit {
      return "The inbox has not been looked at for \(Self.seconds(now - due)): its disk hangs."
    }
    let ready = inbox.map { $0.waiting - $0.deferred } ?? 0
    return untakenWork(board, ready: ready, uncommitted: uncommitted, longerThan: limit, at: now)
  }

  private mutating func untakenWork(
    _ board: ProgressBoard.Snapshot, ready: Int, uncommitted: Int, longerThan limit: Duration,
    at now: MonotonicTime
  ) -> String? {
    let workers = board.entries.filter(\.takesPhotos)
    let committers = board.entries.filter { !$0.takesPhotos }
    let isUntaken =
      (ready > 0 && Self.areFree(workers)) || (uncommitted > 0 && Self.areFree(committers))
    guard isUntaken, let earlier = untaken, earlier.changes == board.changes else {
      untaken = isUntaken ? (now, board.changes) : nil
      return nil
    }
    guard now - earlier.since > limit else { return nil }
    return "Nothing has moved for \(Self.seconds(now - earlier.since)), though \(ready) photos are "
      + "ready and \(uncommitted) wait to be recorded."
  }

  private static func areFree(_ entries: [ProgressBoard.Entry]) -> Bool {
    !entries.isEmpty && entries.allSatisfy { $0.activity == .free }
  }

  private static func seconds(_ duration: Duration) -> String {
    "\(duration.components.seconds) s"
  }
}
