public import Classification
public import NeuralNetwork

/// Fits what stands between a network's logits and a decision: the temperature, the threshold for a
/// wanted precision, and the distance beyond which a photo is unlike the training images.
public struct Calibrator: Sendable {
  /// A calibrated model, and what calibrating it found.
  public struct Outcome: Sendable {
    /// The model with its calibration and policy.
    public let model: Model
    /// The threshold that was chosen.
    public let choice: Calibration.Choice
    /// Whether the images prove the wanted precision; if not, the choice is the best they prove.
    public let isProven: Bool
    /// Whether the model can tell what is unlike its training images.
    public let knowsUnlike: Bool
  }

  /// The least number of images to calibrate on. With fewer, the interval of a threshold's
  /// precision is too wide to choose one.
  public static let fewestImages = 100
  /// The share of images like those of the calibration that may be called unlike the training. Half
  /// of what it was at first, 1%: of the `tune` photos of other things no more were accepted, but
  /// two more of the ten categories, both right.
  private static let unlikeShare = 0.005
  /// Of the curve in the file.
  private static let curvePoints = 400

  private let threads: Int
  private let instructionSet: InstructionSet
  private let targetPrecision: Double

  /// - Parameters:
  ///   - targetPrecision: How often the accepted must be right, by the lower bound of the 95%
  ///     interval.
  ///   - threads: How many work; the outcome does not depend on it.
  public init(targetPrecision: Double, threads: Int, instructionSet: InstructionSet = .best) {
    self.targetPrecision = targetPrecision
    self.threads = threads
    self.instructionSet = instructionSet
  }

  /// Calibrates a model.
  ///
  /// - Parameters:
  ///   - images: Images that the network did not learn from, of the kind that it will see.
  ///   - measurements: What the preprocessing saw of each; nil for images that did not come through
  ///     it.
  ///   - name: What they are, for the file.
  ///   - training: Images that it learned from, to fit the feature distance anew; nil to keep the
  ///     model's.
  public func calibrate(
    _ model: Model, on images: ImageSet, measurements: [PreparedInput.Measurements]? = nil,
    name: String, training: ImageSet?
  ) throws(TrainingError) -> Outcome {
    try check(model, images)
    let (calibrated, predictions, temperature): (Model, Predictions, Double)
    do throws(ClassifierError) {
      let classifier = try Classifier(model, instructionSet: instructionSet)
      let views = NetworkViews(classifier, on: images, threads: threads)
      temperature = TemperatureFit.temperature(views, labels: images.labels)
      var policy = model.policy
      if let training {
        let known = NetworkViews(classifier, on: training, threads: threads)
        let distance = try FeatureDistanceFit.distance(known, labels: training.labels)
        for name in FeatureDistance.tensorNames { policy[name] = distance?.tensors[name] }
      }
      calibrated = model.calibrated(Calibration(temperature: temperature), policy: policy)
      predictions = Predictions(
        try Classifier(calibrated, instructionSet: instructionSet), on: images, threads: threads)
    } catch {
      throw TrainingError(.data, error.message)
    }
    return try outcome(calibrated, predictions, measurements, temperature, name: name)
  }

  private func check(_ model: Model, _ images: ImageSet) throws(TrainingError) {
    guard model.labels == images.labelNames else {
      throw TrainingError(
        .data,
        "The images must have the model's categories: "
          + model.labels.joined(separator: ", ") + ".")
    }
    guard images.count >= Self.fewestImages else {
      throw TrainingError(
        .data,
        "\(images.count) images are too few to calibrate on; give at least "
          + "\(Self.fewestImages), of every category that the shop has.")
    }
  }

  private func outcome(
    _ model: Model, _ predictions: Predictions, _ measurements: [PreparedInput.Measurements]?,
    _ temperature: Double, name: String
  ) throws(TrainingError) -> Outcome {
    var limits: [String: Double] = [:]
    if predictions.distances.contains(where: { $0 > 0 }) {
      let sorted = predictions.distances.sorted()
      let place = Int((Double(sorted.count - 1) * (1 - Self.unlikeShare)).rounded(.up))
      limits[Reason.unlikeTraining.rawValue] = Double(sorted[place])
    }
    func calibration(threshold: Double?, curve: [Calibration.Acceptance] = []) -> Calibration {
      Calibration(
        temperature: temperature, threshold: threshold, thresholds: limits, fittedOn: name,
        images: predictions.count, curve: curve)
    }
    let curve = Self.curve(
      predictions, measurements, policy: DecisionPolicy(calibration: calibration(threshold: 0)))
    let open = calibration(threshold: nil, curve: curve)
    let proven = open.choice(precision: targetPrecision)
    guard let choice = proven ?? open.safestChoice else {
      throw TrainingError(
        .data,
        "Not one of the \(predictions.count) images may be accepted: the model takes each for "
          + "ambiguous or unlike its training images, or the picture itself is not fit. Train it "
          + "on such images, or give others.")
    }
    let chosen = calibration(threshold: choice.threshold, curve: curve)
    return Outcome(
      model: model.calibrated(chosen, policy: model.policy), choice: choice,
      isProven: proven != nil, knowsUnlike: !limits.isEmpty)
  }

  /// What the policy accepts from each confidence on: a threshold meets only the images that no
  /// other reason sends to review.
  ///
  /// - Parameter policy: One whose own threshold is 0.
  private static func curve(
    _ predictions: Predictions, _ measurements: [PreparedInput.Measurements]?,
    policy: DecisionPolicy
  ) -> [Calibration.Acceptance] {
    let decisions = policy.decisions(predictions, measurements)
    let passed = decisions.indices.filter { decisions[$0].outcome == .accepted }
    return RiskCoverage(predictions, of: passed).thinned(to: curvePoints).points.map { point in
      let accepted = (point.coverage * Double(passed.count)).rounded()
      return Calibration.Acceptance(
        threshold: point.threshold, accepted: Int(accepted),
        wrong: Int((point.risk * accepted).rounded()))
    }
  }
}

extension Model {
  /// The same model with another calibration and other tensors for its decision policy.
  fileprivate func calibrated(_ calibration: Calibration, policy: [String: Tensor]) -> Model {
    do {
      return try Model(
        name: name, architecture: architecture, labels: labels, input: input,
        calibration: calibration, training: training, parameters: parameters, policy: policy)
    } catch {
      preconditionFailure("a valid model stays valid: \(error)")
    }
  }
}
