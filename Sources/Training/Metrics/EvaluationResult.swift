public import Classification

/// All the figures of a model on labelled images.
public struct EvaluationResult: Sendable, Equatable, Codable {
  /// A figure with its 95% interval.
  public struct Figure: Sendable, Equatable, Codable {
    /// The figure on these images.
    public let value: Double
    /// Where it would lie on other images of the same kind.
    public let interval: Interval
  }

  /// The categories in index order.
  public let labels: [String]
  /// How many images were classified.
  public let images: Int
  /// Categorical cross-entropy, nats.
  public let loss: Figure
  /// The share of right predictions.
  public let accuracy: Figure
  /// The mean recall over the categories.
  public let balancedAccuracy: Figure
  /// Expected calibration error, 15 bins.
  public let calibrationError: Figure
  /// Precision, recall and F1.
  public let report: ClassificationReport
  /// True against predicted.
  public let confusionMatrix: ConfusionMatrix
  /// Confidence against accuracy.
  public let reliability: Reliability
  /// At most 201 points.
  public let riskCoverage: RiskCoverage
  /// The share of images that can be accepted while 99% of the accepted are right; 0 where none.
  public let coverageAt99: Double
  /// What the model's decision policy made of them.
  public let decisions: DecisionSummary

  private enum CodingKeys: String, CodingKey {
    case labels, images, loss, accuracy, report, reliability, decisions
    case balancedAccuracy = "balanced_accuracy"
    case calibrationError = "expected_calibration_error"
    case confusionMatrix = "confusion_matrix"
    case riskCoverage = "risk_coverage"
    case coverageAt99 = "coverage_at_99_percent_precision"
  }

  /// Measures predictions.
  ///
  /// - Precondition: There is at least one.
  public init(_ predictions: Predictions, labels: [String], decisions: DecisionSummary) {
    precondition(predictions.count > 0, "nothing was predicted")
    let count = predictions.count
    let losses = (0..<count).map { predictions.loss($0) }
    let correct = (0..<count).map { predictions.isCorrect($0) }
    let samples = (0..<count).map {
      Reliability.Sample(predictions.confidence($0), correct[$0])
    }
    let matrix = ConfusionMatrix(predictions)
    let report = ClassificationReport(matrix, labels: labels)
    let reliability = Reliability(samples)
    let curve = RiskCoverage(predictions)

    self.labels = labels
    self.decisions = decisions
    images = count
    loss = Figure(
      value: predictions.loss,
      interval: Interval(bootstrapOf: count) { indices in
        indices.reduce(0) { $0 + losses[$1] } / Double(count)
      })
    accuracy = Figure(
      value: report.accuracy,
      interval: Interval(wilson: correct.count { $0 }, of: count))
    balancedAccuracy = Figure(
      value: report.balancedAccuracy,
      interval: Interval(bootstrapOf: count) { indices in
        Self.balancedAccuracy(
          indices, labels: predictions.labels, correct: correct, classes: labels.count)
      })
    calibrationError = Figure(
      value: reliability.expectedCalibrationError,
      interval: Interval(bootstrapOf: count) { indices in
        Reliability(indices.map { samples[$0] }).expectedCalibrationError
      }.reflected(at: reliability.expectedCalibrationError, within: 0...1))
    self.report = report
    confusionMatrix = matrix
    self.reliability = reliability
    riskCoverage = curve.thinned(to: 201)
    coverageAt99 = curve.widest(risk: 0.01)?.coverage ?? 0
  }

  private static func balancedAccuracy(
    _ indices: [Int], labels: [UInt8], correct: [Bool], classes: Int
  ) -> Double {
    var support = [Int](repeating: 0, count: classes)
    var hits = [Int](repeating: 0, count: classes)
    for index in indices {
      support[Int(labels[index])] += 1
      if correct[index] { hits[Int(labels[index])] += 1 }
    }
    let recalls = zip(hits, support).filter { $0.1 > 0 }.map { Double($0.0) / Double($0.1) }
    return recalls.reduce(0, +) / Double(recalls.count)
  }
}
