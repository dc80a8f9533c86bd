import Classification
public import NeuralNetwork

/// What is to be trained, on what, and how.
public struct TrainingSetup: Sendable {
  /// All hyperparameters.
  public let recipe: Recipe
  /// The network.
  public let architecture: Architecture
  /// The images to train on.
  public let training: ImageSet
  /// The images to choose the best epoch by; nil for none.
  public let validation: ImageSet?
  /// The model that lends its weights; nil to begin from random ones.
  public let start: SourceModel?
  /// The model whose answers are part of the targets; nil for none.
  public let teacher: SourceModel?

  /// Divides the images and fits the network to their categories.
  ///
  /// - Parameters:
  ///   - images: All images; the recipe says which share validates.
  ///   - architecture: The network. Its last linear layer gets as many outputs as there are
  ///     categories.
  ///   - start: A model of the same architecture to go on from.
  ///   - teacher: A model of the same categories, of any architecture.
  public init(
    recipe: Recipe, architecture: Architecture, images: ImageSet, start: SourceModel? = nil,
    teacher: SourceModel? = nil
  ) throws(TrainingError) {
    let split = StratifiedSplit(
      labels: images.labels, fraction: recipe.validation, seed: UInt64(recipe.seed))
    guard !split.training.isEmpty else {
      throw TrainingError(.data, "No images are left to train on; give more.")
    }
    if split.validation.isEmpty && recipe.validation > 0 {
      throw TrainingError(
        .data, "There are too few images to hold any back; give more, or --validation 0.")
    }
    do {
      _ = try Category.categories(of: images.labelNames)
    } catch {
      throw TrainingError(.data, error.message)
    }
    if let teacher = teacher?.model, teacher.labels != images.labelNames {
      throw TrainingError(
        .data,
        "The teacher knows \(teacher.labels.joined(separator: ", ")); it must know the images' "
          + "categories, \(images.labelNames.joined(separator: ", ")), in this order.")
    }
    self.recipe = recipe
    self.start = start
    self.teacher = teacher
    do {
      self.architecture = try architecture.withOutputs(images.labelNames.count)
    } catch {
      throw TrainingError(.architecture, "\(error)")
    }
    guard self.architecture.inputShape == [1, ImageSet.edge, ImageSet.edge],
      self.architecture.outputShape == [images.labelNames.count]
    else {
      throw TrainingError(
        .architecture,
        "The network takes \(architecture.inputShape) and gives \(architecture.outputShape); it "
          + "must take [1, 28, 28] and end in one number a category.")
    }
    training = images.subset(split.training)
    validation = split.validation.isEmpty ? nil : images.subset(split.validation)
  }

  /// How pixels become the network's input: as its weights are used to.
  var input: InputSpecification {
    let known = start?.model.input ?? InputSpecification(preprocessing: Preprocessor.version)
    return InputSpecification(
      scale: known.scale, mean: known.mean, std: known.std, preprocessing: Preprocessor.version,
      mirror: recipe.mirrorAverage)
  }

  /// What the recipe's precision makes of an instruction set.
  func instructionSet(from chosen: InstructionSet) -> InstructionSet {
    switch recipe.precision {
    case .single: chosen
    case .bfloat16: chosen.inBFloat16 ?? chosen
    }
  }

  /// What must be the same for a training to be resumed.
  var identity: Checkpoint.Identity {
    Checkpoint.Identity(
      recipe: recipe.yaml, architecture: architecture.json, labels: training.labelNames,
      data: training.sources.map(\.sha256),
      start: start?.sha256, teacher: teacher?.sha256)
  }

  /// Steps in an epoch; the last one may have fewer images.
  var stepsPerEpoch: Int { (training.count + recipe.batch - 1) / recipe.batch }

  var schedule: LearningRateSchedule {
    let total = stepsPerEpoch * recipe.epochs
    return LearningRateSchedule(
      shape: recipe.schedule, peak: recipe.learningRate, totalSteps: total,
      stepsPerEpoch: stepsPerEpoch,
      warmUpSteps: Int((Double(total) * recipe.warmUp).rounded()),
      dropEpochs: recipe.dropEpochs, dropFactor: recipe.dropFactor)
  }

  var loss: CrossEntropy {
    CrossEntropy(
      labelSmoothing: recipe.labelSmoothing,
      classWeights: recipe.classWeights == .balanced ? training.balance.balancedWeights : nil,
      distillation: recipe.distillation)
  }
}
