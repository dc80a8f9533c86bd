import CKernels

/// Softmax cross-entropy, averaged over the batch as PyTorch's `CrossEntropyLoss` does: the sum of
/// the weighted losses over the sum of the labels' weights.
public struct CrossEntropy: Sendable, Equatable {
  /// The share of each target that is spread over all classes, 0..<1 (Szegedy et al. 2016).
  public var labelSmoothing: Double
  /// One weight a class; nil: all 1.
  public var classWeights: [Double]?

  /// The share of each target that a teacher's probabilities make up, where there are any
  /// (Hinton et al. 2015).
  public var distillation: Double

  /// A loss.
  public init(
    labelSmoothing: Double = 0, classWeights: [Double]? = nil, distillation: Double = 0
  ) {
    self.distillation = distillation
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
  }
}

/// What one batch gave.
public struct BatchResult: Sendable, Equatable {
  /// The mean loss, in training mode: with dropout and the batch's statistics.
  public var loss: Double
  /// How many images' largest logit is their label's.
  public var correct: Int
}

/// The loss of an image, and its gradient.
struct CrossEntropyTraining: Sendable {
  let context: TrainingContext
  let logits: BlockLayout
  let gradient: BlockLayout

  /// The image's share of the batch's loss, and whether its largest logit is its label's.
  ///
  /// - Parameters:
  ///   - teacher: The teacher's probabilities of the image's classes.
  ///   - scale: 1 / the sum of all labels' weights.
  func run(
    _ loss: CrossEntropy, image: Int, label: Int, teacher: UnsafePointer<Float>?, scale: Double
  ) -> (share: Double, isHit: Bool) {
    precondition(label < logits.channels, "the label \(label) is none of the network's classes")
    func share(_ weights: UnsafePointer<Double>?) -> (Double, Bool) {
      var target = unsafe hangtag_cross_entropy_target(
        classes: Int32(logits.channels), label: Int32(label), smoothing: loss.labelSmoothing,
        class_weights: weights, teacher: teacher, distillation: loss.distillation, scale: scale)
      var best: Int32 = 0
      let share = unsafe hangtag_cross_entropy(
        &target, context.map(logits, image..<image + 1).data,
        context.map(gradient, image..<image + 1).data, &best)
      return (share, best == label)
    }
    guard let weights = loss.classWeights else { return share(nil) }
    precondition(weights.count == logits.channels, "each class needs its weight")
    return unsafe weights.withUnsafeBufferPointer { unsafe share($0.baseAddress) }
  }
}
