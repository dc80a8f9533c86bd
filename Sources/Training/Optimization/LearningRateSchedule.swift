import Glibc

/// The learning rate of each step.
struct LearningRateSchedule: Sendable, Equatable {
  /// The shapes.
  enum Shape: String, Sendable, CaseIterable {
    /// Always the same.
    case constant
    /// Times `dropFactor` after every `dropEpochs` epochs.
    case step
    /// Down to 0 along half a cosine (Smith and Topin 2018; Loshchilov and Hutter 2017).
    case oneCycle = "one_cycle"
  }

  let shape: Shape
  /// The highest rate.
  let peak: Double
  let totalSteps: Int
  let stepsPerEpoch: Int
  /// Steps in which the rate rises in a straight line to its peak.
  let warmUpSteps: Int
  let dropEpochs: Int
  let dropFactor: Double

  /// The rate of a step, counted from 0.
  func rate(at step: Int) -> Double {
    if step < warmUpSteps { return peak * Double(step + 1) / Double(warmUpSteps) }
    switch shape {
    case .constant: return peak
    case .step: return peak * pow(dropFactor, Double(step / stepsPerEpoch / dropEpochs))
    case .oneCycle:
      let progress = Double(step - warmUpSteps) / Double(max(1, totalSteps - warmUpSteps))
      return peak * 0.5 * (1 + cos(.pi * min(progress, 1)))
    }
  }
}
