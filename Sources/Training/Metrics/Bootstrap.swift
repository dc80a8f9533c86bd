import Classification

extension Interval {
  /// Of any figure of a sample: the bootstrap's percentile interval (Efron 1979), seeded.
  ///
  /// - Parameters:
  ///   - count: The size of the sample.
  ///   - figure: The figure of the members at the given indices, which may repeat.
  init(bootstrapOf count: Int, resamples: Int = 1000, figure: ([Int]) -> Double) {
    guard count > 0 else {
      self.init(lower: 0, upper: 0)
      return
    }
    var indices = [Int](repeating: 0, count: count)
    let figures = (0..<resamples).map { resample in
      var generator = Philox(seed: 0, .bootstrap, item: resample)
      for place in 0..<count { indices[place] = generator.below(count) }
      return figure(indices)
    }.sorted()
    let tail = Double(resamples - 1) * 0.025
    self.init(
      lower: figures[Int(tail.rounded(.down))],
      upper: figures[resamples - 1 - Int(tail.rounded(.down))])
  }

  /// The interval on the figure's other side: the basic bootstrap's (Davison and Hinkley 1997, section
  /// 5.2.1). Of a figure that resampling alone makes larger, such as a sum of absolute values, the
  /// percentile interval lies too high.
  ///
  /// - Parameters:
  ///   - value: The figure of the sample itself.
  ///   - range: What the figure can be.
  func reflected(at value: Double, within range: ClosedRange<Double>) -> Interval {
    func held(_ bound: Double) -> Double {
      min(max(2 * value - bound, range.lowerBound), range.upperBound)
    }
    return Interval(lower: held(upper), upper: held(lower))
  }
}
