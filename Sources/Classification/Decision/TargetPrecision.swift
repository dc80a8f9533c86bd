public import NeuralNetwork

extension Calibration {
  /// A threshold, and what it came to on the images of the calibration.
  public struct Choice: Sendable, Equatable {
    /// The least confidence that is accepted.
    public let threshold: Double
    /// The share of the images that was accepted.
    public let coverage: Double
    /// The share of the accepted ones that was right.
    public let precision: Double
    /// What that share is at least, with 95% certainty, on other images of the same kind.
    public let lowerBound: Double
  }

  /// The threshold that accepts most while the accepted are right at least as often as `precision`
  /// says: not only on these images, where luck may have helped, but by the lower 95% bound.
  ///
  /// - Returns: nil where no threshold is that safe, or there are too few images to tell.
  public func choice(precision: Double) -> Choice? {
    curve.last { Self.lowerBound($0) >= precision }.map(choice)
  }

  /// The threshold with the highest lower bound: the most that the images can prove.
  public var safestChoice: Choice? {
    curve.max { Self.lowerBound($0) < Self.lowerBound($1) }.map(choice)
  }

  private func choice(_ point: Acceptance) -> Choice {
    Choice(
      threshold: point.threshold,
      coverage: Double(point.accepted) / Double(max(images ?? 0, point.accepted)),
      precision: 1 - Double(point.wrong) / Double(point.accepted),
      lowerBound: Self.lowerBound(point))
  }

  private static func lowerBound(_ point: Acceptance) -> Double {
    Interval.lowerBound(wilson: point.accepted - point.wrong, of: point.accepted)
  }
}
