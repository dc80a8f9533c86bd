public import Threading

/// How the inbox is doing, for status and metrics. Counts begin with the queue.
public struct InboxStatistics: Sendable, Equatable {
  /// How changes come to notice.
  public enum Watching: Sendable, Equatable {
    /// Not decided yet.
    case starting
    /// By the kernel's events; the rescan is only a safety net.
    case events
    /// By looking again and again, for this reason.
    case polling(String)
    /// Not at all: the inbox itself cannot be used, for this reason. It is tried again and again.
    case unavailable(String)
  }

  /// How changes come to notice.
  public var watching = Watching.starting
  /// When the watching thread goes on by itself; nil while only an event or a worker makes it. Long
  /// past, it hangs.
  public var turnDue: MonotonicTime?
  /// Directories watched by events.
  public var watches = 0
  /// Complete walks through the inbox.
  public var rescans = 0
  /// How often events were lost or found no room, each followed by a rescan.
  public var overflows = 0
  /// Photos known to wait: next in turn or not ready yet; without those that are blocked or in
  /// workers' hands.
  public var waiting = 0
  /// Whether a walk through the inbox is under way, so that more than `waiting` may be there.
  public var waitingIsLowerBound = false
  /// Photos in workers' hands.
  public var inFlight = 0
  /// Photos that are not ready yet.
  public var deferred = 0
  /// Photos and folders that cannot be read or taken.
  public var blocked = 0

  /// Creates the statistics of a queue that has not begun.
  public init() {}
}
