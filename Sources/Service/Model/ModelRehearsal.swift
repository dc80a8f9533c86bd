import Classification
public import NeuralNetwork

/// Runs a model on built-in pictures before it may serve. A file can be valid to the last byte and
/// still give no numbers, say the same of every picture, or meet a processor on which the kernels do
/// not agree.
public struct ModelRehearsal: Sendable {
  /// How far a probability may differ between instruction sets, which add in different orders.
  public static let tolerance: Float = 1e-4
  /// How far the sum of a picture's probabilities may be from 1.
  private static let sumTolerance: Float = 1e-3

  /// The largest difference of a probability between instruction sets, or alone and in a batch.
  public private(set) var difference: Float = 0

  /// Lets a model judge every picture alone with its own instruction set, and all in one batch with
  /// each of the others given.
  /// - Throws: the rule that is broken: `not_finite`, `not_a_distribution`, `constant`,
  ///   `inconsistent`.
  public init(
    of serving: ServingModel, comparedWith others: [InstructionSet]
  ) throws(ServingModelError) {
    let own = Self.probabilities(serving.classifier, batch: 1)
    try Self.checkAnswers(own, classes: serving.model.labels.count, of: serving)
    for instructionSet in others {
      let other: Classifier
      do throws(ClassifierError) {
        other = try Classifier(serving.model, instructionSet: instructionSet)
      } catch {
        throw .invalid(serving.path, rule: error.code.rawValue, reason: error.message)
      }
      let answers = Self.probabilities(other, batch: GoldenPictures.count)
      let distance = zip(own, answers).map { abs($0 - $1) }.max() ?? 0
      // Written so that it holds for a distance that is no number.
      guard distance <= Self.tolerance else {
        throw .invalid(
          serving.path, rule: "inconsistent",
          reason: "its probabilities differ by \(distance) from those with the instruction set "
            + "\(instructionSet.rawValue). Make the model again; if that does not help, set "
            + "HANGTAG_ISA=baseline.")
      }
      difference = max(difference, distance)
    }
  }

  private static func checkAnswers(
    _ answers: [Float], classes: Int, of serving: ServingModel
  ) throws(ServingModelError) {
    guard answers.allSatisfy(\.isFinite) else {
      throw .invalid(
        serving.path, rule: "not_finite",
        reason: "it gives no numbers for a plain picture. Its training has diverged.")
    }
    let rows = stride(from: 0, to: answers.count, by: classes).map {
      Array(answers[$0..<$0 + classes])
    }
    guard rows.allSatisfy({ abs($0.reduce(0, +) - 1) <= Self.sumTolerance }) else {
      throw .invalid(
        serving.path, rule: "not_a_distribution",
        reason: "the probabilities of a picture do not sum to 1.")
    }
    guard classes == 1 || rows.contains(where: { $0 != rows.first }) else {
      throw .invalid(
        serving.path, rule: "constant",
        reason: "it says the same of every picture. Its training has failed.")
    }
  }

  private static func probabilities(_ classifier: Classifier, batch: Int) -> [Float] {
    let pixels = GoldenPictures.pixels
    let categories = classifier.categories.count
    var answers = [Float](repeating: 0, count: GoldenPictures.count * categories)
    var span = answers.mutableSpan
    classifier.probabilities(
      of: pixels.span, count: GoldenPictures.count, into: &span,
      workspace: classifier.makeWorkspace(batch: batch))
    return answers
  }
}
