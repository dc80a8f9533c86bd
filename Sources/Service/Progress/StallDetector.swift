import Inbox
import Threading

/// Tells a service that hangs from one that is idle or slow. Pure: it is told what is and the time.
///
/// It hangs when one thread has been at the same piece of work for too long, when the inbox's thread
/// has not taken the turn that it meant to take, or when photos are ready and no worker takes them.
struct StallDetector {
  /// How long one piece of work may take.
  let limit: Duration
  /// Since when photos have been ready with all workers free, and the board's changes until then.
  private var untaken: (since: MonotonicTime, changes: Int)?

  /// - Parameters:
  ///   - decodeLimit: what a photo's decoding may take: no photo that is within it is a stall.
  ///   - watchdog: systemd's patience, which is the administrator's word for "too long".
  init(decodeLimit: Duration, watchdog: Duration?) {
    limit = max(decodeLimit * 2, watchdog ?? .seconds(60))
  }

  /// - Returns: a sentence where the service hangs.
  mutating func stall(
    _ board: ProgressBoard.Snapshot, _ inbox: InboxStatistics?, at now: MonotonicTime
  ) -> String? {
    for entry in board.entries where entry.activity.isWork && now - entry.since > limit {
      let photo = entry.photo.map { " \($0)" } ?? ""
      return "The thread `\(entry.thread)` hangs: it has been \(entry.activity.rawValue)\(photo) "
        + "for \(Self.seconds(now - entry.since))."
    }
    guard let inbox else { return nil }
    if let due = inbox.turnDue, now - due > limit {
      return "The inbox has not been looked at for \(Self.seconds(now - due)): its disk hangs."
    }
    return untakenPhotos(board, inbox, at: now)
  }

  private mutating func untakenPhotos(
    _ board: ProgressBoard.Snapshot, _ inbox: InboxStatistics, at now: MonotonicTime
  ) -> String? {
    let workers = board.entries.filter(\.takesPhotos)
    let ready = inbox.waiting - inbox.deferred
    guard ready > 0, !workers.isEmpty, workers.allSatisfy({ $0.activity == .free }) else {
      untaken = nil
      return nil
    }
    guard let earlier = untaken, earlier.changes == board.changes else {
      untaken = (now, board.changes)
      return nil
    }
    guard now - earlier.since > limit else { return nil }
    return "No worker has taken a photo for \(Self.seconds(now - earlier.since)), though \(ready) "
      + "are ready."
  }

  private static func seconds(_ duration: Duration) -> String {
    "\(duration.components.seconds) s"
  }
}
