/// How often each category was taken for each.
public struct ConfusionMatrix: Sendable, Equatable, Codable {
  /// `counts[true][predicted]`.
  public let counts: [[Int]]

  /// Counts predictions.
  public init(_ predictions: Predictions) {
    let classes = predictions.classCount
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (label, predicted) in zip(predictions.labels, predictions.predicted) {
      counts[Int(label)][predicted] += 1
    }
    self.counts = counts
  }

  /// Images of each category.
  public var support: [Int] { counts.map { $0.reduce(0, +) } }
  /// Images taken for each category.
  public var predicted: [Int] {
    counts.indices.map { column in counts.reduce(0) { $0 + $1[column] } }
  }

  /// The table as text: a row a true category, a column a predicted one.
  public func text(labels: [String]) -> String {
    let corner = "true \\ predicted"
    let width = max(corner.count, labels.map(\.count).max() ?? 0)
    let cell = max(6, counts.joined().map { String($0).count }.max() ?? 0)
    func line(_ name: String, _ cells: [String]) -> String {
      padded(name, to: width) + cells.map { " " + padded($0, to: cell) }.joined() + "\n"
    }
    return line(corner, labels.map { String($0.prefix(cell)) })
      + zip(labels, counts).map { label, row in line(label, row.map { String($0) }) }.joined()
  }
}
