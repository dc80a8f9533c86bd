/// How often values fell into which range, as Prometheus counts them.
struct Histogram: Sendable, Equatable {
  /// The upper bounds of the ranges, rising, each bound included; the last range has none.
  let bounds: [Double]
  /// How many values fell into each range, the one without bound last.
  private(set) var counts: [Int]
  /// The sum of all values.
  private(set) var sum = 0.0

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  mutating func add(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }

  /// From a millisecond to an hour.
  static var seconds: Histogram {
    Histogram(bounds: [
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600,
    ])
  }

  /// Probabilities, finer where they are decided by.
  static var probabilities: Histogram {
    Histogram(bounds: [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1])
  }
}
