public import NeuralNetwork

extension Calibration {
  /// A threshold, and what it came to on the images of the calibration.
  public struct Choice: Sendable, Equatable {
    /// The least confidence that is accepted.
    public let threshold: Double
    /// The share of the images that was accepted.
    public let coverage: Double
    /// The share of the accepted ones that was right, with its 95% interval.
    public let precision: Double
    /// Its 95% interval.
    public let interval: Interval
  }

  /// The threshold that accepts most while the accepted are right at least as often as `precision`
  /// says: not only on these images, where luck may have helped, but by the lower bound of the 95%
  /// interval.
  ///
  /// - Returns: nil where no threshold is that safe, or there are too few images to tell.
  public func choice(precision: Double) -> Choice? {
    curve.last { Self.interval($0).lower >= precision }.map(choice)
  }

  /// The threshold with the highest lower bound: the most that the images can prove.
  public var safestChoice: Choice? {
    curve.max { Self.interval($0).lower < Self.interval($1).lower }.map(choice)
  }

  private func choice(_ point: Acceptance) -> Choice {
    Choice(
      threshold: point.threshold,
      coverage: Double(point.accepted) / Double(max(images ?? 0, point.accepted)),
      precision: 1 - Double(point.wrong) / Double(point.accepted), interval: Self.interval(point))
  }

  private static func interval(_ point: Acceptance) -> Interval {
    Interval(wilson: point.accepted - point.wrong, of: point.accepted)
  }
}
