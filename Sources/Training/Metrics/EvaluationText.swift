import Classification

extension EvaluationResult {
  /// The figures as a person reads them in a terminal.
  public var text: String {
    """
    \(images) images
    loss               \(Self.text(loss))
    accuracy           \(Self.text(accuracy))
    balanced accuracy  \(Self.text(balancedAccuracy))
    calibration error  \(Self.text(calibrationError))
    99% precision at   \(fixed(coverageAt99 * 100, digits: 1))% accepted
    accepted           \(Self.text(decisions.accepted))
    right of those     \(Self.text(decisions.acceptedRight))\(strangers)
    (in brackets: 95% confidence intervals)

    \(report.text())
    \(confusionMatrix.text(labels: labels))
    """
  }

  /// What became of photos of other things.
  private var strangers: String {
    decisions.strangersReviewed.map { "\nother things seen   \(Self.text($0))" } ?? ""
  }

  private static func text(_ share: DecisionSummary.Share) -> String {
    guard share.of > 0 else { return "none" }
    let value = fixed(Double(share.count) / Double(share.of), digits: 4)
    return value + "  [\(fixed(share.interval.lower, digits: 4)), "
      + "\(fixed(share.interval.upper, digits: 4))]  \(share.count) of \(share.of)"
  }

  private static func text(_ figure: Figure) -> String {
    fixed(figure.value, digits: 4) + "  [\(fixed(figure.interval.lower, digits: 4)), "
      + "\(fixed(figure.interval.upper, digits: 4))]"
  }
}
