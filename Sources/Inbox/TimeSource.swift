import Glibc
public import Threading

/// The two clocks, passed in so that tests can turn their hands.
public struct TimeSource: Sendable {
  /// Nanoseconds since 1970 on the wall clock, which may jump.
  public var wall: @Sendable () -> Int64
  /// The clock that never jumps.
  public var monotonic: @Sendable () -> MonotonicTime

  /// Creates a source from two functions.
  public init(
    wall: @escaping @Sendable () -> Int64, monotonic: @escaping @Sendable () -> MonotonicTime
  ) {
    self.wall = wall
    self.monotonic = monotonic
  }

  /// Both clocks at this moment.
  var now: Moment { Moment(wall: wall(), monotonic: monotonic()) }

  /// The machine's clocks.
  public static let system = TimeSource(
    wall: {
      var time = timespec()
      unsafe clock_gettime(CLOCK_REALTIME, &time)
      return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    },
    monotonic: { MonotonicTime.now })
}

/// One moment on both clocks.
struct Moment: Sendable, Equatable {
  /// Nanoseconds since 1970.
  var wall: Int64
  var monotonic: MonotonicTime
}
