import FoundationEssentials
public import NeuralNetwork

/// How a model was made, for its file's `hangtag.training`.
public struct Provenance: Encodable, Sendable {
  /// The figures of a model on some images.
  public struct Scores: Encodable, Sendable {
    let images: Int
    let loss: Double
    let accuracy: Double

    /// The two main figures of an evaluation.
    public init(_ result: EvaluationResult) {
      images = result.images
      loss = result.loss.value
      accuracy = result.accuracy.value
    }
  }

  let by: String
  let recipe: Recipe
  let seed: Int
  let instructionSet: String
  let data: [ImageSet.Source]
  let trainingImages: Int
  let validationImages: Int
  let startedFrom: String?
  let teacher: String?
  let best: EpochRecord
  let test: Scores?
  let testData: [ImageSet.Source]?
  let history: [EpochRecord]

  private enum CodingKeys: String, CodingKey {
    case by, recipe, seed, data, best, test, history
    case instructionSet = "instruction_set"
    case trainingImages = "training_images"
    case validationImages = "validation_images"
    case startedFrom = "started_from_sha256"
    case teacher = "teacher_sha256"
    case testData = "test_data"
  }

  /// - Parameters:
  ///   - version: Of the program.
  ///   - test: The figures on images that had no part in the training, and which images.
  public init(
    _ setup: TrainingSetup, best: EpochRecord, history: [EpochRecord], version: String,
    instructionSet: InstructionSet, test: (scores: Scores, images: ImageSet)? = nil
  ) {
    by = "hangtag \(version)"
    recipe = setup.recipe
    seed = setup.recipe.seed
    self.instructionSet = setup.instructionSet(from: instructionSet).rawValue
    data = setup.training.sources
    trainingImages = setup.training.count
    validationImages = setup.validation?.count ?? 0
    (startedFrom, teacher) = (setup.identity.start, setup.identity.teacher)
    self.best = best
    self.test = test?.scores
    testData = test?.images.sources
    self.history = history
  }

  /// The JSON text, always the same for the same training.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// Divides images as they were divided when a model learned from them.
  ///
  /// - Throws: Where the model does not say how, or it learned from other images.
  public static func split(
    _ images: ImageSet, of model: Model
  ) throws(TrainingError) -> (training: ImageSet, validation: ImageSet) {
    guard let told = HeldBack(model) else {
      throw TrainingError(
        .data, "The model does not say which images its training held back; give --photos.")
    }
    guard told.data.map(\.sha256) == images.sources.map(\.sha256) else {
      throw TrainingError(
        .data,
        "The model learned from other data (\(told.data.map(\.name).joined(separator: ", "))); "
          + "give the same, in the same order.")
    }
    let split = StratifiedSplit(
      labels: images.labels, fraction: told.recipe.validation, seed: UInt64(told.seed))
    return (images.subset(split.training), images.subset(split.validation))
  }

  /// Whether a model says that it learned from some of these images, or that they chose its best epoch.
  public static func tells(that model: Model, learnedFrom images: ImageSet) -> Bool {
    let told = Set(HeldBack(model)?.data.map(\.sha256) ?? [])
    return images.sources.contains { told.contains($0.sha256) }
  }

  /// The epochs that a model's provenance tells of; none where it does not, or where no training can
  /// have had them.
  public static func history(of model: Model) -> [EpochRecord] {
    struct Told: Decodable { let history: [EpochRecord] }
    let told = try? JSONDecoder().decode(Told.self, from: Data((model.training ?? "").utf8))
    guard let history = told?.history, history.allSatisfy(\.isPossible) else { return [] }
    return history
  }
}

extension Model {
  /// The same model with its name and with how it was made.
  public func named(_ name: String, training: String) throws(ModelError) -> Model {
    try Model(
      name: name, architecture: architecture, labels: labels, input: input,
      calibration: calibration, training: training, parameters: parameters, policy: policy)
  }
}
