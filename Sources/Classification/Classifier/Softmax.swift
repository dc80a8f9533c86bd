import Glibc

/// The softmax of one row of logits, in double precision.
public struct Softmax {
  private let largest: Double
  private let sharpness: Double
  private let sum: Double

  /// - Parameters:
  ///   - logits: at least one.
  ///   - sharpness: what they are multiplied by: 1 / temperature (Guo et al. 2017).
  public init(_ logits: Span<Float>, sharpness: Double) {
    var largest = Double(logits[0])
    for i in 1..<logits.count { largest = max(largest, Double(logits[i])) }
    var sum = 0.0
    for i in logits.indices { sum += exp((Double(logits[i]) - largest) * sharpness) }
    self.largest = largest
    self.sharpness = sharpness
    self.sum = sum
  }

  /// The probability that belongs to one of the logits.
  public func share(of logit: Float) -> Double { exp((Double(logit) - largest) * sharpness) / sum }
}
