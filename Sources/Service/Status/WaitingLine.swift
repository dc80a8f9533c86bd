import Inbox
import Manifest
import Threading

/// How many photos wait in the inbox, and for how long the oldest has: from walks through the inbox,
/// which are taken only while something waits, and seldom enough to cost next to nothing.
struct WaitingLine: Sendable {
  /// A walk is followed by a pause this many times as long.
  private static let pauseFactor = 50
  private static let leastPause: Duration = .seconds(2)
  /// The thread that walks also tells systemd that the service lives.
  private static let longestWalk: Duration = .seconds(2)

  /// Photos that the last walk met; on a slow disk not all.
  private(set) var photos = 0
  /// For how long the oldest that it met has been there, at the last look.
  private(set) var oldestSeconds = 0
  /// When the oldest arrived; nil where none waits.
  private var oldest: Timestamp?
  private var nextWalk: MonotonicTime?

  /// Brings the figures up to date.
  mutating func look(at inbox: InboxQueue, _ statistics: InboxStatistics) {
    guard statistics.waiting > 0 || statistics.waitingIsLowerBound else {
      self = WaitingLine()
      return
    }
    let begun = MonotonicTime.now
    if nextWalk.map({ $0 <= begun }) ?? true {
      let census = inbox.census(within: Self.longestWalk)
      photos = census.photos
      oldest = census.oldest.map { Timestamp(nanoseconds: $0) }
      let spent = MonotonicTime.now - begun
      nextWalk = .now + max(Self.leastPause, spent * Self.pauseFactor)
    }
    // The clock may have been set back since the photo came.
    oldestSeconds =
      oldest.map { max(0, Int(Timestamp.now.milliseconds - $0.milliseconds) / 1000) } ?? 0
  }
}
