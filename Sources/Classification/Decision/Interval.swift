/// A 95% confidence interval.
public struct Interval: Sendable, Equatable, Codable {
  /// The lower bound.
  public let lower: Double
  /// The upper bound.
  public let upper: Double

  /// The normal distribution's 95% and 97.5% points.
  private static let (oneSided, twoSided) = (1.6448536269514722, 1.959963984540054)

  /// An interval between two bounds.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Of a share: Wilson's score interval, which holds for few samples and shares near 0 and 1.
  public init(wilson hits: Int, of count: Int) {
    self.init(wilson: hits, of: count, z: Self.twoSided)
  }

  /// What a share is at least, with 95% certainty: Wilson's bound where only the lower one is asked
  /// for.
  public static func lowerBound(wilson hits: Int, of count: Int) -> Double {
    Interval(wilson: hits, of: count, z: oneSided).lower
  }

  private init(wilson hits: Int, of count: Int, z: Double) {
    guard count > 0 else {
      self.init(lower: 0, upper: 1)
      return
    }
    let n = Double(count)
    let share = Double(hits) / n
    let square = z * z / n
    let centre = (share + square / 2) / (1 + square)
    let half = z / (1 + square) * (share * (1 - share) / n + square / (4 * n)).squareRoot()
    self.init(lower: max(0, centre - half), upper: min(1, centre + half))
  }
}
