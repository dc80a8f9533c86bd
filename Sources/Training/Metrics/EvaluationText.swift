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
    (in brackets: 95% confidence intervals)

    \(report.text())
    \(confusionMatrix.text(labels: labels))
    """
  }

  private static func text(_ figure: Figure) -> String {
    fixed(figure.value, digits: 4) + "  [\(fixed(figure.interval.lower, digits: 4)), "
      + "\(fixed(figure.interval.upper, digits: 4))]"
  }
}
