import Classification
import FoundationEssentials
import Testing

@testable import Training

/// Thirty predictions over four categories, drawn with numpy; scikit-learn 1.9.1 gave the figures.
@Suite struct MetricsTests {
  private static let names = ["T-shirt/top", "Bag", "Ankle boot", "<coat>"]
  private static let labels: [UInt8] = [
    0, 2, 2, 0, 2, 0, 0, 0, 0, 1, 1, 0, 3, 0, 1, 3, 0, 0, 0, 1, 3, 1, 1, 1, 2, 1, 3, 1, 1, 2,
  ]
  private static let probabilities: [Float] = [
    0.63, 0.018, 0.133, 0.219, 0.297, 0.057, 0.546, 0.1, 0.077, 0.5, 0.256, 0.167,
    0.758, 0.053, 0.084, 0.105, 0.121, 0.033, 0.406, 0.44, 0.15, 0.5, 0.239, 0.111,
    0.875, 0.076, 0.011, 0.038, 0.612, 0.086, 0.205, 0.097, 0.521, 0.339, 0.041, 0.099,
    0.119, 0.716, 0.058, 0.107, 0.066, 0.658, 0.254, 0.022, 0.359, 0.457, 0.033, 0.151,
    0.103, 0.399, 0.226, 0.272, 0.276, 0.094, 0.552, 0.078, 0.103, 0.659, 0.124, 0.114,
    0.026, 0.078, 0.051, 0.845, 0.637, 0.097, 0.195, 0.071, 0.756, 0.079, 0.143, 0.022,
    0.817, 0.032, 0.023, 0.128, 0.029, 0.276, 0.665, 0.03, 0.087, 0.199, 0.265, 0.449,
    0.085, 0.702, 0.176, 0.037, 0.154, 0.572, 0.058, 0.216, 0.037, 0.763, 0.105, 0.095,
    0.25, 0.401, 0.203, 0.146, 0.331, 0.091, 0.537, 0.041, 0.25, 0.05, 0.256, 0.444,
    0.013, 0.683, 0.249, 0.055, 0.109, 0.406, 0.054, 0.431, 0.163, 0.266, 0.421, 0.15,
  ]
  private let predictions = Predictions(
    probabilities: Self.probabilities, labels: Self.labels, classCount: 4)
  private let result: EvaluationResult

  init() {
    let decisions = DecisionSummary(predictions, nil, strangers: nil, policy: DecisionPolicy())
    result = EvaluationResult(predictions, labels: Self.names, decisions: decisions)
  }

  @Test func theTableIsScikitLearnsToTheCharacter() {
    let report = ClassificationReport(ConfusionMatrix(predictions), labels: Self.names)
    #expect(
      report.text(digits: 4) == """
                      precision    recall  f1-score   support

         T-shirt/top     1.0000    0.7273    0.8421        11
                 Bag     0.5833    0.7000    0.6364        10
          Ankle boot     0.4000    0.4000    0.4000         5
              <coat>     0.6000    0.7500    0.6667         4

            accuracy                         0.6667        30
           macro avg     0.6458    0.6443    0.6363        30
        weighted avg     0.7078    0.6667    0.6764        30

        """)
    #expect(
      report.text(digits: 2)
        == "              precision    recall  f1-score   support\n\n"
        + " T-shirt/top       1.00      0.73      0.84        11\n"
        + "         Bag       0.58      0.70      0.64        10\n"
        + "  Ankle boot       0.40      0.40      0.40         5\n"
        + "      <coat>       0.60      0.75      0.67         4\n\n"
        + "    accuracy                           0.67        30\n"
        + "   macro avg       0.65      0.64      0.64        30\n"
        + "weighted avg       0.71      0.67      0.68        30\n")
  }

  @Test func theFiguresAreScikitLearns() {
    #expect(abs(result.loss.value - 0.7629572700173622) < 1e-9)
    #expect(abs(result.balancedAccuracy.value - 0.6443181818181818) < 1e-12)
    #expect(abs(result.calibrationError.value - 0.14646666447321574) < 1e-12)
    let interval = result.calibrationError.interval
    #expect(interval.lower <= result.calibrationError.value)
    #expect(interval.upper >= result.calibrationError.value)
    #expect(
      result.confusionMatrix.counts == [[8, 2, 1, 0], [0, 7, 2, 1], [0, 2, 2, 1], [0, 1, 0, 3]])
  }

  @Test func aConfidenceOnABinsEdgeBelongsToTheBinBelow() {
    let half = Reliability([.init(0.5, true), .init(1, false), .init(0.75, true)], binCount: 2)
    #expect(half.bins.map(\.count) == [1, 2])
    #expect(half.bins.map(\.accuracy) == [1, 0.5])
    // (1 * |0.5 - 1| + 2 * |0.875 - 0.5|) / 3
    #expect(abs(half.expectedCalibrationError - 1.25 / 3) < 1e-12)
  }

  @Test func aCategoryThatIsNeverPredictedHasNoPrecision() {
    let none = Predictions(probabilities: [1, 0, 1, 0], labels: [0, 1], classCount: 2)
    let report = ClassificationReport(ConfusionMatrix(none), labels: ["a", "b"])
    #expect(report.classes[1].precision == 0)
    #expect(report.classes[1].f1 == 0)
  }

  /// scipy: Wilson's interval of 9402 in 10,000 and of 0 in 10.
  @Test func sharesHaveWilsonsInterval() {
    let interval = Interval(wilson: 9402, of: 10000)
    #expect(abs(interval.lower - 0.9353813959555499) < 1e-12)
    #expect(abs(interval.upper - 0.9446805318789064) < 1e-12)
    #expect(Interval(wilson: 0, of: 10).lower == 0)
    #expect(abs(Interval(wilson: 0, of: 10).upper - 0.2775327998628892) < 1e-12)
  }

  @Test func theBootstrapsIntervalIsThatOfTheMean() {
    // A mean of 100 values 0 and 100 values 1 has a standard error of 0.5 / sqrt(200) = 0.0354.
    let values = (0..<200).map { Double($0 % 2) }
    let interval = Interval(bootstrapOf: 200) { $0.reduce(0) { $0 + values[$1] } / 200 }
    #expect(abs(interval.lower - (0.5 - 1.96 * 0.0354)) < 0.015)
    #expect(abs(interval.upper - (0.5 + 1.96 * 0.0354)) < 0.015)
  }

  @Test func riskFallsWithTheThreshold() {
    let predictions = Predictions(
      probabilities: [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.7, 0.3], labels: [0, 0, 1, 0], classCount: 2)
    let curve = RiskCoverage(predictions)
    #expect(curve.points.map(\.coverage) == [0.25, 0.5, 1])
    #expect(curve.points.map(\.risk) == [0, 0, 0.25])
    #expect(curve.widest(risk: 0.01)?.coverage == 0.5)
    #expect(curve.thinned(to: 2).points.map(\.coverage) == [0.25, 1])
  }

  @Test func aHopelessProbabilityHasAFiniteLoss() {
    let predictions = Predictions(probabilities: [1, 0], labels: [1], classCount: 2)
    #expect(abs(predictions.loss - 87.3365) < 1e-3)
  }

  @Test func jsonKeepsEveryFigure() throws {
    let bytes = try JSONEncoder().encode(result)
    #expect(try JSONDecoder().decode(EvaluationResult.self, from: bytes) == result)
  }
}
