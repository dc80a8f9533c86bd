import Threading

/// How long to wait after failures in a row: half a second, doubling up to ten.
struct BackOff {
  private static let first: Duration = .milliseconds(500)
  private static let longest: Duration = .seconds(10)

  /// The length of the present wait.
  private(set) var pause: Duration = .zero
  /// The end of the present wait; nil where the last attempt succeeded.
  private(set) var until: MonotonicTime?

  var isActive: Bool { until.map { MonotonicTime.now < $0 } ?? false }

  mutating func failed() {
    pause = pause == .zero ? Self.first : min(pause * 2, Self.longest)
    until = .now + pause
  }

  mutating func succeeded() {
    pause = .zero
    until = nil
  }
}
