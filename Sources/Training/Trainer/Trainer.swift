import Classification
import FileSystem
public import NeuralNetwork
public import SystemPackage
import Threading

/// Trains a network: batches, steps, epochs, validation, checkpoints. The weights depend on setup
/// and instruction set alone, not on the number of threads nor on stops and resumptions.
public final class Trainer {
  /// How a training ended.
  public enum Outcome: Sendable {
    /// All epochs are done; the model has the weights of the best one.
    case finished(Model, best: EpochRecord, history: [EpochRecord])
    /// It was asked to stop; the checkpoint stands in the folder.
    case stopped
  }

  private let setup: TrainingSetup
  private let threads: Int
  private let instructionSet: InstructionSet
  private let folder: Directory
  private let input: InputSpecification
  private let schedule: LearningRateSchedule
  private let network: TrainingNetwork
  private var optimizer: Optimizer
  private var average: WeightAverage?
  private var batches: BatchMaker
  private var checkpoint: Checkpoint
  private let isResumed: Bool

  /// Prepares a training, or the rest of one.
  ///
  /// - Parameters:
  ///   - folder: Where checkpoint and history are; created where it is missing.
  ///   - resume: Whether to go on from the checkpoint there. Without, an old one is replaced.
  public init(
    _ setup: TrainingSetup, folder path: FilePath, resume: Bool, threads: Int,
    instructionSet: InstructionSet = .best
  ) throws(TrainingError) {
    self.setup = setup
    self.threads = threads
    self.instructionSet = instructionSet
    let recipe = setup.recipe
    folder = try Self.openFolder(path)
    input = setup.input
    schedule = setup.schedule
    batches = BatchMaker(
      setup.training, recipe: recipe, input: input,
      teacher: try setup.teacher.map { (teacher) throws(TrainingError) in
        try Self.predictions(
          of: teacher.model, on: setup.training, threads: threads, instructionSet: instructionSet)
      })
    network = TrainingNetwork(
      setup.architecture, capacity: min(recipe.batch, setup.training.count), threads: threads,
      seed: UInt64(recipe.seed), instructionSet: setup.instructionSet(from: instructionSet))
    optimizer = Optimizer(
      recipe.optimizer,
      groups: Optimizer.groups(
        network.slices, trainedCount: network.trainedCount, weightDecay: recipe.weightDecay),
      momentum: recipe.momentum, beta2: recipe.beta2)
    if let start = setup.start {
      network.load(
        start.model.parameters(forLabels: setup.training.labelNames, fresh: network.tensors()))
    }
    let saved = resume ? try Checkpoint(in: folder) : nil
    if resume && saved == nil {
      throw TrainingError(
        .checkpoint, at: path, "There is no checkpoint to resume from; leave out --resume.")
    }
    isResumed = saved != nil
    let values = saved?.values ?? network.values
    if recipe.averaging > 0 {
      average = WeightAverage(decay: recipe.averaging, values: saved?.average ?? values)
    }
    checkpoint =
      saved
      ?? Checkpoint(
        identity: setup.identity, values: values, optimizerFirst: optimizer.first,
        optimizerSecond: optimizer.second, average: average?.values ?? [])
    if let saved {
      if let difference = setup.identity.difference(from: saved.identity) {
        throw TrainingError(
          .checkpoint, at: path,
          "The checkpoint belongs to another training: \(difference) differs.")
      }
      network.load(network.tensors(from: values))
      optimizer.restore(
        step: saved.optimizerSteps, first: saved.optimizerFirst, second: saved.optimizerSecond)
    }
  }

  private static func openFolder(_ path: FilePath) throws(TrainingError) -> Directory {
    do {
      let working = try Directory(".")
      try working.makeDirectories(path)
      return try Directory(path)
    } catch {
      throw TrainingError(.file, at: path, "The folder cannot be used: \(error.errno).")
    }
  }

  /// Trains to the end, or until `shouldStop` says so after a step.
  ///
  /// - Parameter report: Told what happens, on this thread.
  public func run(
    shouldStop: () -> Bool, report: (TrainingEvent) -> Void
  ) throws(TrainingError) -> Outcome {
    if isResumed {
      report(
        .resumed(epochs: checkpoint.position.epoch, steps: checkpoint.position.step))
    }
    try writeHistory()
    let meter = ProgressMeter(setup, from: checkpoint.position)
    while checkpoint.position.epoch < setup.recipe.epochs {
      while checkpoint.position.step < setup.stepsPerEpoch {
        if shouldStop() {
          try writeCheckpoint()
          return .stopped
        }
        let started = MonotonicTime.now
        try step()
        checkpoint.position.seconds += (MonotonicTime.now - started).seconds
        report(.progress(meter.progress(at: checkpoint.position)))
      }
      let (record, isBest) = try endEpoch()
      report(.epoch(record, isBest: isBest))
    }
    guard let best = checkpoint.best else {
      throw TrainingError(.checkpoint, at: folder.path, "The recipe has no epochs.")
    }
    return .finished(
      try model(checkpoint.bestValues), best: best, history: checkpoint.history)
  }

  /// One mini-batch.
  private func step() throws(TrainingError) {
    let position = checkpoint.position
    let step = position.epoch * setup.stepsPerEpoch + position.step
    let batch = batches.make(epoch: position.epoch, step: position.step)
    let count = batch.labels.count
    let result = network.gradients(
      inputs: batch.inputs.span, labels: batch.labels.span, teacher: batch.teacher, count: count,
      step: step, loss: setup.loss)
    guard result.loss.isFinite else { throw Self.diverged(epoch: position.epoch + 1) }
    let rate = schedule.rate(at: step)
    network.update { values, gradients in
      optimizer.update(&values, gradients: gradients, learningRate: rate)
      average?.update(values, step: step + 1)
    }
    checkpoint.position.step += 1
    checkpoint.position.lossSum += result.loss * Double(count)
    checkpoint.position.correct += result.correct
    checkpoint.position.images += count
  }

  private static func diverged(epoch: Int) -> TrainingError {
    TrainingError(
      .diverged,
      "The loss is no number any more in epoch \(epoch); lower learning_rate and begin anew.")
  }

  /// Validates, keeps the best, and makes all of it durable.
  private func endEpoch() throws(TrainingError) -> (EpochRecord, isBest: Bool) {
    let started = MonotonicTime.now
    let values = average?.values ?? network.values
    let predictions = try validate(values)
    let position = checkpoint.position
    let record = EpochRecord(
      epoch: position.epoch + 1,
      learningRate: schedule.rate(at: (position.epoch + 1) * setup.stepsPerEpoch - 1),
      trainingLoss: position.lossSum / Double(position.images),
      trainingAccuracy: Double(position.correct) / Double(position.images),
      validationLoss: predictions?.loss, validationAccuracy: predictions?.accuracy,
      seconds: position.seconds + (MonotonicTime.now - started).seconds)
    let isBest = checkpoint.best.map { record.isBetter(than: $0, by: setup.recipe.selectBy) }
    if isBest ?? true {
      checkpoint.best = record
      checkpoint.bestValues = values
    }
    checkpoint.history.append(record)
    checkpoint.position = Checkpoint.Position(epoch: position.epoch + 1)
    try writeCheckpoint()
    try writeHistory()
    return (record, isBest ?? true)
  }

  private func validate(_ values: [Float]) throws(TrainingError) -> Predictions? {
    guard let validation = setup.validation else { return nil }
    return try Self.predictions(
      of: try model(values), on: validation, threads: threads, instructionSet: instructionSet)
  }

  private static func predictions(
    of model: Model, on images: ImageSet, threads: Int, instructionSet: InstructionSet
  ) throws(TrainingError) -> Predictions {
    do {
      let classifier = try Classifier(model, instructionSet: instructionSet)
      return Predictions(classifier, on: images, threads: threads)
    } catch {
      throw TrainingError(.data, error.message)
    }
  }

  private func model(_ values: [Float]) throws(TrainingError) -> Model {
    do {
      return try Model(
        name: setup.recipe.architecture, architecture: setup.architecture,
        labels: setup.training.labelNames, input: input,
        parameters: network.tensors(from: values))
    } catch {
      throw error.rule == ModelError.Rule.notFinite.rawValue
        ? Self.diverged(epoch: checkpoint.position.epoch + 1)
        : TrainingError(.architecture, error.message)
    }
  }

  private func writeCheckpoint() throws(TrainingError) {
    checkpoint.values = network.values
    checkpoint.optimizerSteps = optimizer.step
    checkpoint.optimizerFirst = optimizer.first
    checkpoint.optimizerSecond = optimizer.second
    checkpoint.average = average?.values ?? []
    try checkpoint.write(to: folder)
  }

  private func writeHistory() throws(TrainingError) {
    do {
      try folder.writeWhole("history.csv", Array(EpochRecord.csv(checkpoint.history).utf8))
    } catch {
      throw TrainingError(.file, at: folder.path, "history.csv cannot be written: \(error).")
    }
  }
}

extension TrainingNetwork {
  /// All values: trained ones, then running statistics.
  var values: [Float] {
    var copy: [Float] = []
    update { values, _ in
      copy = (0..<values.count).map { values[$0] }
    }
    return copy
  }
}
