import Glibc

/// A moment on the clock that never jumps. Stands still while the machine sleeps.
public struct MonotonicTime: Sendable, Comparable {
  /// Nanoseconds since some fixed moment.
  public var nanoseconds: Int64

  /// Creates a moment from its nanoseconds.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// This moment.
  public static var now: MonotonicTime {
    var time = Glibc.timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  var timespec: Glibc.timespec {
    Glibc.timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  }

  /// The later moment of the two in the order of time.
  public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The moment `duration` after `moment`.
  public static func + (moment: MonotonicTime, duration: Duration) -> MonotonicTime {
    MonotonicTime(nanoseconds: moment.nanoseconds + duration.nanoseconds)
  }

  /// How long after `earlier` this moment is.
  public static func - (later: MonotonicTime, earlier: MonotonicTime) -> Duration {
    .nanoseconds(later.nanoseconds - earlier.nanoseconds)
  }
}

extension Duration {
  /// The duration in whole nanoseconds, held within what 64 bits can say (292 years).
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, isBeyond) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isAlsoBeyond) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return isBeyond || isAlsoBeyond ? (seconds < 0 ? .min : .max) : sum
  }
}
