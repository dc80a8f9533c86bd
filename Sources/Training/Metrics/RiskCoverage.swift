/// What accepting only confident predictions buys: the share of wrong ones among those accepted
/// (risk) against the share accepted (coverage), over all thresholds (El-Yaniv and Wiener 2010).
public struct RiskCoverage: Sendable, Equatable, Codable {
  /// Accepting every prediction with at least this confidence.
  public struct Point: Sendable, Equatable, Codable {
    /// The least confidence that is accepted.
    public let threshold: Double
    /// The share of predictions that is accepted.
    public let coverage: Double
    /// The share of the accepted ones that is wrong.
    public let risk: Double
  }

  /// One point a distinct confidence, coverage rising to 1.
  public let points: [Point]

  /// The curve of some predictions.
  ///
  /// - Parameter indices: Which; nil for all.
  public init(_ predictions: Predictions, of indices: [Int]? = nil) {
    let order = (indices ?? Array(0..<predictions.count)).sorted {
      predictions.confidence($0) > predictions.confidence($1)
    }
    var points: [Point] = []
    var wrong = 0
    for (place, index) in order.enumerated() {
      if !predictions.isCorrect(index) { wrong += 1 }
      let confidence = predictions.confidence(index)
      // Equal confidences are accepted together.
      if place + 1 < order.count, predictions.confidence(order[place + 1]) == confidence {
        continue
      }
      let accepted = Double(place + 1)
      points.append(
        Point(
          threshold: confidence, coverage: accepted / Double(order.count),
          risk: Double(wrong) / accepted))
    }
    self.points = points
  }

  private init(points: [Point]) { self.points = points }

  /// The point that accepts most while at most `risk` of the accepted are wrong; nil where none is.
  public func widest(risk: Double) -> Point? { points.last { $0.risk <= risk } }

  /// A curve of at most `count` points for drawing: the first, the last and some between.
  public func thinned(to count: Int) -> RiskCoverage {
    guard points.count > count, count > 1 else { return self }
    return RiskCoverage(
      points: (0..<count).map { points[$0 * (points.count - 1) / (count - 1)] })
  }
}
