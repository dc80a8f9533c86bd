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
    do {
      let classifier = try Classifier(model, instructionSet: instructionSet)
      let predictions = Predictions(classifier, on: images, threads: threads)
      return Evaluation(
        images: images, predictions: predictions,
        result: EvaluationResult(predictions, labels: model.labels))
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
