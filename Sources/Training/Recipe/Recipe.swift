/// All that decides how a network is trained, apart from the data. With the same data, seed and
/// instruction set it gives bit-identical weights.
public struct Recipe: Sendable, Equatable {
  /// How each category counts in the loss.
  public enum ClassWeights: String, Sendable, CaseIterable {
    /// Each image the same.
    case none
    /// Each category the same, however many images it has.
    case balanced
  }

  /// What decides which epoch is the best.
  public enum Selection: String, Sendable, CaseIterable {
    /// The highest validation accuracy; of equals the one with the lower loss.
    case accuracy
    /// The lowest validation loss.
    case loss
  }

  /// How exactly convolutions multiply in training.
  public enum Precision: String, Sendable, CaseIterable {
    /// In single precision.
    case single
    /// Factors rounded to bfloat16, sums in single precision, where the processor has AMX; in
    /// single precision elsewhere.
    case bfloat16
  }

  /// A built-in network's name, or the path of a file with the text of `hangtag.architecture`.
  public var architecture = BuiltInArchitecture.regularised.rawValue
  /// A batch norm after each convolution of `plain` and `regularised`.
  public var batchNorm = false
  /// Passes over the training images.
  public var epochs = 20
  /// Images a step.
  public var batch = 128
  /// Where all random numbers come from.
  public var seed = 1
  /// How exactly convolutions multiply in training; the finished model computes in single precision.
  public var precision = Precision.single
  /// The share of each category that is held back for validation; 0 for none.
  public var validation = 0.2

  var optimizer = Optimizer.Method.sgd
  /// The peak of the schedule.
  public var learningRate = 0.05
  /// SGD's momentum; AdamW's beta1.
  public var momentum = 0.9
  /// AdamW's beta2.
  public var beta2 = 0.999
  /// Not for biases and norms.
  public var weightDecay = 0.0005
  var schedule = LearningRateSchedule.Shape.oneCycle
  /// The share of all steps in which the learning rate rises to its peak.
  public var warmUp = 0.1
  /// The step schedule: epochs between two drops.
  public var dropEpochs = 10
  /// The step schedule: what the rate is multiplied with.
  public var dropFactor = 0.1
  /// How much of the weights' moving average stays at each step; 0 for no average.
  public var averaging = 0.0
  /// The share of the target that is spread over all categories.
  public var labelSmoothing = 0.0
  /// The share of the target that is a teacher's probabilities, where the training has a teacher.
  public var distillation = 0.5
  /// How each category counts.
  public var classWeights = ClassWeights.none
  /// How training images are varied.
  public var augmentation = Augmentation()
  /// Whether the model averages its probabilities with the mirror image's.
  public var mirrorAverage = false
  /// What decides which epoch is the best.
  public var selectBy = Selection.accuracy

  /// The defaults.
  public init() {}
}

/// Why a recipe cannot be used.
public struct RecipeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file and line, or the flag.
  public let place: String
  /// The key; empty where it is the file.
  public let key: String
  /// What is wrong and what to do, without a full stop.
  public let reason: String

  /// One sentence.
  public var description: String { "\(place): \(reason)." }
}
