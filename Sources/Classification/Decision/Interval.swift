/// A 95% confidence interval.
public struct Interval: Sendable, Equatable, Codable {
  /// The lower bound.
  public let lower: Double
  /// The upper bound.
  public let upper: Double

  /// The normal distribution's 97.5% point.
  private static let z = 1.959963984540054

  /// An interval between two bounds.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Of a share: Wilson's score interval, which holds for few samples and shares near 0 and 1.
  public init(wilson hits: Int, of count: Int) {
    guard count > 0 else {
      self.init(lower: 0, upper: 1)
      return
    }
    let n = Double(count)
    let share = Double(hits) / n
    let square = Self.z * Self.z / n
    let centre = (share + square / 2) / (1 + square)
    let half =
      Self.z / (1 + square) * (share * (1 - share) / n + square / (4 * n)).squareRoot()
    self.init(lower: max(0, centre - half), upper: min(1, centre + half))
  }
}
