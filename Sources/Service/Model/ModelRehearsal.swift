import Classification
public import NeuralNetwork
import Synchronization
import SystemPackage
import Threading

/// Runs a model on built-in pictures before it may serve. A file can be valid to the last byte and
/// still give no numbers, say the same of every picture, or meet a processor on which the kernels do
/// not agree.
public struct ModelRehearsal: Sendable {
  /// How far a probability may differ between instruction sets, which add in different orders.
  public static let tolerance: Float = 1e-4
  /// How far the sum of a picture's probabilities may be from 1.
  private static let sumTolerance: Float = 1e-3

  /// How many of the pictures, the last, the other instruction sets see: noise, to which every
  /// weight has something to say. A slower set would hold up every start with more.
  private static let comparedPictures = 1

  /// The model, fit to serve.
  public let serving: ServingModel
  /// The largest difference of a probability between instruction sets.
  public let difference: Float

  /// Prepares the model of a file, and lets it judge every picture with the instruction set that it
  /// is to serve with, and the last with each of the `others`, where they read the same weights at the
  /// same time. Weights that must be packed for another one are gone before those to serve with come,
  /// and the file's before the pictures take their memory.
  ///
  /// - Throws: the rule that is broken: `not_finite`, `not_a_distribution`, `constant`,
  ///   `inconsistent`.
  public init(
    of file: consuming ModelFile, on instructionSet: InstructionSet,
    comparedWith others: [InstructionSet]
  ) throws(ServingModelError) {
    var answers: [(InstructionSet, [Float])] = []
    for other in others where !other.readsWeights(like: instructionSet) {
      let compared = try ServingModel(copy file, instructionSet: other)
      let workspace = compared.classifier.makeWorkspace(
        batch: Self.comparedPictures, looksOnce: true)
      answers.append(
        (other, Self.answers(compared.classifier, to: Self.comparedPictures, workspace)))
    }
    let serving = try ServingModel(copy file, instructionSet: instructionSet)
    self.serving = serving
    let path = file.path
    let spent = Mutex<ModelFile?>(consume file)
    let (alike, own) = alongside(
      {
        spent.withLock { $0 = nil }
        return others.filter { $0.readsWeights(like: instructionSet) }.map { other in
          let workspace = serving.classifier.makeWorkspace(
            batch: Self.comparedPictures, looksOnce: true, instructionSet: other)
          return (other, Self.answers(serving.classifier, to: Self.comparedPictures, workspace))
        }
      }, on: "rehearsal"
    ) {
      Self.answers(
        serving.classifier, to: GoldenPictures.count,
        serving.classifier.makeWorkspace(batch: GoldenPictures.count, looksOnce: true))
    }
    answers += alike
    try Self.checkAnswers(own, classes: serving.labels.count, at: path)
    var largest: Float = 0
    for (other, answers) in answers {
      let distance = zip(own.suffix(answers.count), answers).map { abs($0 - $1) }.max() ?? 0
      // Written so that it holds for a distance that is no number.
      guard distance <= Self.tolerance else {
        throw .invalid(
          path, rule: "inconsistent",
          reason: "its probabilities differ by \(distance) from those with the instruction set "
            + "\(other.rawValue). Make the model again; if that does not help, set "
            + "HANGTAG_ISA=baseline.")
      }
      largest = max(largest, distance)
    }
    difference = largest
  }

  private static func checkAnswers(
    _ answers: [Float], classes: Int, at path: FilePath
  ) throws(ServingModelError) {
    guard answers.allSatisfy(\.isFinite) else {
      throw .invalid(
        path, rule: "not_finite",
        reason: "it gives no numbers for a plain picture. Its training has diverged.")
    }
    let rows = stride(from: 0, to: answers.count, by: classes).map {
      Array(answers[$0..<$0 + classes])
    }
    guard rows.allSatisfy({ abs($0.reduce(0, +) - 1) <= Self.sumTolerance }) else {
      throw .invalid(
        path, rule: "not_a_distribution",
        reason: "the probabilities of a picture do not sum to 1.")
    }
    guard classes == 1 || rows.contains(where: { $0 != rows.first }) else {
      throw .invalid(
        path, rule: "constant",
        reason: "it says the same of every picture. Its training has failed.")
    }
  }

  /// The probabilities of the last `count` pictures. Without mirror images: of a drawing, they would
  /// tell nothing new.
  private static func answers(
    _ classifier: Classifier, to count: Int, _ workspace: Classifier.Workspace
  ) -> [Float] {
    let pixels = GoldenPictures.pixels
    var answers = [Float](repeating: 0, count: count * classifier.categories.count)
    var span = answers.mutableSpan
    classifier.probabilities(
      of: pixels.span.extracting(last: count * PreparedInput.pixelCount), count: count,
      into: &span, workspace: workspace)
    return answers
  }
}
