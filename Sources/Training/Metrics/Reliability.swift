/// Whether confidence means what it says: predictions in bins of equal width by their confidence,
/// and the expected calibration error (Naeini et al. 2015; Guo et al. 2017).
public struct Reliability: Sendable, Equatable, Codable {
  /// The predictions whose confidence lies above `lower` and up to `upper`.
  public struct Bin: Sendable, Equatable, Codable {
    /// Exclusive.
    public let lower: Double
    /// Inclusive.
    public let upper: Double
    /// How many predictions.
    public let count: Int
    /// Their mean confidence; 0 where there is none.
    public let confidence: Double
    /// The share of them that is right; 0 where there is none.
    public let accuracy: Double
  }

  /// The bins, rising.
  public let bins: [Bin]
  /// The mean distance between confidence and accuracy of the bins, weighted by their counts.
  public let expectedCalibrationError: Double

  private enum CodingKeys: String, CodingKey {
    case bins
    case expectedCalibrationError = "expected_calibration_error"
  }

  /// Sorts predictions into bins; 15 is the usual number.
  public init(_ predictions: Predictions, binCount: Int = 15) {
    let samples = (0..<predictions.count).map {
      Sample(predictions.confidence($0), predictions.isCorrect($0))
    }
    self.init(samples, binCount: binCount)
  }

  struct Sample {
    let confidence: Double
    let isCorrect: Bool
    init(_ confidence: Double, _ isCorrect: Bool) {
      self.confidence = confidence
      self.isCorrect = isCorrect
    }
  }

  init(_ samples: [Sample], binCount: Int = 15) {
    var counts = [Int](repeating: 0, count: binCount)
    var confidences = [Double](repeating: 0, count: binCount)
    var hits = [Int](repeating: 0, count: binCount)
    for sample in samples {
      let place = Int((sample.confidence * Double(binCount)).rounded(.up)) - 1
      let bin = min(max(place, 0), binCount - 1)
      counts[bin] += 1
      confidences[bin] += sample.confidence
      hits[bin] += sample.isCorrect ? 1 : 0
    }
    bins = (0..<binCount).map { bin in
      let count = Double(max(counts[bin], 1))
      return Bin(
        lower: Double(bin) / Double(binCount), upper: Double(bin + 1) / Double(binCount),
        count: counts[bin], confidence: confidences[bin] / count,
        accuracy: Double(hits[bin]) / count)
    }
    let gaps = bins.reduce(0) { $0 + Double($1.count) * abs($1.confidence - $1.accuracy) }
    expectedCalibrationError = samples.isEmpty ? 0 : gaps / Double(samples.count)
  }
}
