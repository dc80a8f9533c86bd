public import Threading

/// When the open journal is sealed.
public struct SealPolicy: Sendable, Equatable {
  /// How many entries it holds then.
  public var entries: Int
  /// For how long nothing was added then.
  public var idle: Duration
  /// How old its first entry is then.
  public var age: Duration

  /// Creates a policy; the defaults are the design's.
  public init(
    entries: Int = 1000, idle: Duration = .seconds(5), age: Duration = .seconds(60)
  ) {
    self.entries = entries
    self.idle = idle
    self.age = age
  }
}

/// The clocks that a ledger reads.
public struct LedgerClock: Sendable {
  /// Gives the time to write into files.
  public var wall: @Sendable () -> Timestamp
  /// Gives the time to measure by.
  public var monotonic: @Sendable () -> MonotonicTime

  /// Creates a pair of clocks.
  public init(
    wall: @escaping @Sendable () -> Timestamp,
    monotonic: @escaping @Sendable () -> MonotonicTime
  ) {
    self.wall = wall
    self.monotonic = monotonic
  }

  /// The system's clocks.
  public static let system = LedgerClock(wall: { .now }, monotonic: { .now })
}
