/// The exponential moving average of a network's values over its steps: smoother than the values
/// themselves and usually better on new images (Polyak and Juditsky 1992).
struct WeightAverage {
  /// How much of the average stays at each step.
  let decay: Double
  /// The average.
  private(set) var values: [Float]

  /// Begins with the values as they are, or goes on from an earlier average.
  init(decay: Double, values: [Float]) {
    self.decay = decay
    self.values = values
  }

  /// Takes in the values after a step. Early on less of the average stays, so that the random
  /// start is soon forgotten: (1 + step) / (10 + step), as TensorFlow's moving average has it.
  ///
  /// - Parameter step: Counted from 1.
  mutating func update(_ current: borrowing MutableSpan<Float>, step: Int) {
    let kept = min(decay, Double(1 + step) / Double(10 + step))
    let taken = Float(1 - kept)
    var average = values.mutableSpan
    for index in average.indices { average[index] += taken * (current[index] - average[index]) }
  }
}
