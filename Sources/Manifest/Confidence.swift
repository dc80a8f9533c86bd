/// How a probability is written in an entry.
enum Confidence {
  /// `probability` cut, not rounded, to four decimals, and held within 0 and 0.9999.
  ///
  /// Rounding up would say 1, which no classifier may say of a photo, and would lift a confidence to
  /// the threshold that it missed, so that the entry contradicted its own outcome. Cutting keeps
  /// the order of confidences and their side of every threshold of up to four decimals.
  static func shown(_ probability: Double) -> Double {
    // Also for NaN, which JSON cannot say.
    guard probability > 0 else { return 0 }
    var tenThousandths = (probability * 10_000).rounded()
    // 0.0094 * 10_000 is a little less than 94: only a quotient that is really larger was rounded up.
    if tenThousandths / 10_000 > probability { tenThousandths -= 1 }
    return min(tenThousandths, 9999) / 10_000
  }
}
