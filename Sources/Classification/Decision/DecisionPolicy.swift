import NeuralNetwork

/// Says which photos a person should look at.
///
/// A model's calibration names its own limits; the defaults here are for a model without. They come
/// from the 216 `tune` photos of the ten categories with the reference network (PyTorch's
/// `residual`, temperature 1). At a threshold of 0.8, 139 were accepted and 6 of them wrong, none of
/// those on a plain ground without a wearer (106 of 130 accepted); at 0.7 13 of 154, at 0.9 2 of
/// 122. Products of no category are beyond any threshold: 14 of 30 were accepted.
public struct DecisionPolicy: Sendable, Equatable {
  /// The least confidence that is accepted, 0 to 1.
  public var threshold = 0.8
  /// Two categories are close when the second has at least this share of the first's probability.
  public var ambiguousRatio = 0.5
  /// The least share of the border that a plain background must explain. All `tune` photos are on
  /// plain ground and have at least 0.85, also where a person's legs or head cross the border.
  public var leastBorderUniformity = 0.75
  /// The least longest edge of the subject, in pixels of the reduced picture: the input's own size.
  /// Below it, what the network sees is made up by enlargement.
  public var leastSubjectEdge = Double(PreparedInput.edge)
  /// The largest distance from the training images, as ``FeatureDistance`` has it; nil for a model
  /// that has no limit.
  public var largestDistance: Double?

  /// The default limits.
  public init() {}

  /// A model's limits.
  ///
  /// - Parameters:
  ///   - calibration: the model's; its `threshold`, and in `thresholds` limits under the names of
  ///     the reasons `ambiguous`, `unlike_training`, `busy_background` and `tiny`.
  ///   - threshold: from the configuration; it wins over the model's.
  public init(calibration: Calibration?, threshold: Double? = nil) {
    let limits = calibration?.thresholds ?? [:]
    self.threshold = threshold ?? calibration?.threshold ?? self.threshold
    largestDistance = limits[Reason.unlikeTraining.rawValue]
    ambiguousRatio = limits[Reason.ambiguous.rawValue] ?? ambiguousRatio
    leastBorderUniformity = limits[Reason.busyBackground.rawValue] ?? leastBorderUniformity
    leastSubjectEdge = limits[Reason.tiny.rawValue] ?? leastSubjectEdge
  }

  /// The decision for one photo.
  ///
  /// - Parameters:
  ///   - probabilities: of each category, at least one.
  ///   - distance: how unlike the training images it is; see ``FeatureDistance``.
  ///   - measurements: what the preprocessing saw of the photo; nil for an image that did not come
  ///     through it.
  public func decide(
    _ probabilities: Span<Float>, distance: Float = 0, measurements: PreparedInput.Measurements?
  ) -> Decision {
    let best = Self.largest(of: probabilities, without: [])
    var alternatives: [Decision.Alternative] = []
    while alternatives.count < min(2, probabilities.count - 1) {
      let index = Self.largest(of: probabilities, without: [best] + alternatives.map(\.index))
      alternatives.append(.init(index: index, confidence: Double(probabilities[index])))
    }
    let confidence = Double(probabilities[best])
    let runnerUp = alternatives.first?.confidence ?? 0
    return Decision(
      index: best,
      confidence: confidence,
      reasons: Reason.allCases.filter { reason in
        switch reason {
        case .belowThreshold: !(confidence >= threshold)
        case .ambiguous: runnerUp >= ambiguousRatio * confidence
        case .unlikeTraining: largestDistance.map { !(Double(distance) <= $0) } ?? false
        default: measurements.map { applies(reason, $0) } ?? false
        }
      },
      alternatives: alternatives)
  }

  /// The reasons that lie in the photo itself.
  private func applies(_ reason: Reason, _ photo: PreparedInput.Measurements) -> Bool {
    switch reason {
    case .busyBackground: Double(photo.borderUniformity) < leastBorderUniformity
    case .blank: photo.subject == nil
    case .tiny: photo.subject.map { Double($0.longestEdge) < leastSubjectEdge } ?? false
    default: false
    }
  }

  /// The first of the largest values, at none of the given places.
  private static func largest(of values: Span<Float>, without taken: [Int]) -> Int {
    var best: Int?
    for index in values.indices where !taken.contains(index) {
      if let current = best, values[index] <= values[current] { continue }
      best = index
    }
    guard let best else { preconditionFailure("there is no category left") }
    return best
  }
}
