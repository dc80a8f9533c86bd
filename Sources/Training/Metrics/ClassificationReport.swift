/// Precision, recall and F1 by category and averaged, as scikit-learn's `classification_report`
/// computes and prints them. Where a ratio has no denominator it is 0.
public struct ClassificationReport: Sendable, Equatable, Codable {
  /// One line of the table.
  public struct Row: Sendable, Equatable, Codable {
    /// The category, or `macro avg`, `weighted avg`.
    public let label: String
    /// Of the images taken for it, the share that is right.
    public let precision: Double
    /// Of its images, the share that was recognised.
    public let recall: Double
    /// The harmonic mean of the two.
    public let f1: Double
    /// How many images it has.
    public let support: Int
  }

  /// A row a category, in index order.
  public let classes: [Row]
  /// The share of right predictions.
  public let accuracy: Double
  /// The plain mean over the categories.
  public let macroAverage: Row
  /// The mean weighted by support.
  public let weightedAverage: Row

  private enum CodingKeys: String, CodingKey {
    case classes, accuracy
    case macroAverage = "macro_avg"
    case weightedAverage = "weighted_avg"
  }

  /// The report on a confusion matrix.
  public init(_ matrix: ConfusionMatrix, labels: [String]) {
    let support = matrix.support
    let predicted = matrix.predicted
    classes = labels.indices.map { index in
      let hits = Double(matrix.counts[index][index])
      return Row(
        label: labels[index],
        precision: Self.ratio(hits, Double(predicted[index])),
        recall: Self.ratio(hits, Double(support[index])),
        f1: Self.ratio(2 * hits, Double(support[index] + predicted[index])),
        support: support[index])
    }
    let total = support.reduce(0, +)
    let hits = matrix.counts.indices.reduce(0) { $0 + matrix.counts[$1][$1] }
    accuracy = Self.ratio(Double(hits), Double(total))
    macroAverage = Self.average(
      classes, "macro avg", weights: classes.map { _ in 1 }, support: total)
    weightedAverage = Self.average(
      classes, "weighted avg", weights: support.map { Double($0) }, support: total)
  }

  private static func ratio(_ part: Double, _ whole: Double) -> Double {
    whole == 0 ? 0 : part / whole
  }

  private static func average(
    _ rows: [Row], _ label: String, weights: [Double], support: Int
  ) -> Row {
    let total = weights.reduce(0, +)
    func mean(_ value: (Row) -> Double) -> Double {
      ratio(zip(rows, weights).reduce(0) { $0 + value($1.0) * $1.1 }, total)
    }
    return Row(
      label: label, precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
      support: support)
  }

  /// The mean recall over the categories that occur, as scikit-learn's `balanced_accuracy_score`.
  public var balancedAccuracy: Double {
    let present = classes.filter { $0.support > 0 }
    return Self.ratio(present.reduce(0) { $0 + $1.recall }, Double(present.count))
  }

  /// The table, character for character as scikit-learn lays it out.
  public func text(digits: Int = 4) -> String {
    let names = classes.map(\.label)
    let width = max(names.map(\.count).max() ?? 0, "weighted avg".count, digits)
    func line(_ name: String, _ fields: [String]) -> String {
      padded(name, to: width) + " " + fields.map { " " + padded($0, to: 9) }.joined() + "\n"
    }
    func line(_ row: Row) -> String {
      let ratios = [row.precision, row.recall, row.f1].map { fixed($0, digits: digits) }
      return line(row.label, ratios + [String(row.support)])
    }
    return line("", ["precision", "recall", "f1-score", "support"]) + "\n"
      + classes.map { line($0) }.joined() + "\n"
      + line(
        "accuracy", ["", "", fixed(accuracy, digits: digits), String(macroAverage.support)])
      + line(macroAverage) + line(weightedAverage)
  }
}
