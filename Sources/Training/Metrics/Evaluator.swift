import Classification
public import NeuralNetwork

/// Measures models.
public struct Evaluator: Sendable {
  private let threads: Int
  private let instructionSet: InstructionSet

  /// - Parameters:
  ///   - threads: How many work; the figures do not depend on it.
  ///   - instructionSet: One that the machine supports.
  public init(threads: Int, instructionSet: InstructionSet = .best) {
    self.threads = threads
    self.instructionSet = instructionSet
  }

  /// Asks the model about every image, as serving does.
  public func evaluate(
    _ model: Model, on images: ImageSet
  ) throws(TrainingError) -> Evaluation {
    guard model.labels == images.labelNames else {
      throw TrainingError(
        .data,
        "The model knows \(model.labels.joined(separator: ", ")) and the data has "
          + "\(images.labelNames.joined(separator: ", ")); they must have the same categories.")
    }
    return try evaluate(model, images, measurements: nil, strangers: nil)
  }

  /// Asks the model about a shop's photos, as serving does.
  ///
  /// - Precondition: They were read with the model's labels.
  public func evaluate(
    _ model: Model, on collection: PhotoCollection
  ) throws(TrainingError) -> Evaluation {
    try evaluate(
      model, collection.photos.images, measurements: collection.photos.measurements,
      strangers: collection.strangers)
  }

  private func evaluate(
    _ model: Model, _ images: ImageSet, measurements: [PreparedInput.Measurements]?,
    strangers: PhotoSet?
  ) throws(TrainingError) -> Evaluation {
    do {
      let classifier = try Classifier(model, instructionSet: instructionSet)
      classifier.gatherWeights()
      let predictions = Predictions(classifier, on: images, threads: threads)
      let decisions = DecisionSummary(
        predictions, measurements,
        strangers: strangers.map {
          (Predictions(classifier, on: $0.images, threads: threads), $0.measurements)
        }, policy: DecisionPolicy(calibration: model.calibration))
      return Evaluation(
        images: images, predictions: predictions,
        result: EvaluationResult(predictions, labels: model.labels, decisions: decisions))
    } catch {
      throw TrainingError(.data, error.message)
    }
  }
}

/// Images, what a model said about them, and the figures.
public struct Evaluation: Sendable {
  /// The labelled images.
  public let images: ImageSet
  /// The probabilities.
  public let predictions: Predictions
  /// The figures.
  public let result: EvaluationResult
}
