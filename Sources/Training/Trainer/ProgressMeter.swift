import Threading

/// Turns positions into a rate and a time that is left.
struct ProgressMeter {
  private let setup: TrainingSetup
  private let start = MonotonicTime.now
  private let firstImage: Int

  /// Begins to measure at a position.
  init(_ setup: TrainingSetup, from position: Checkpoint.Position) {
    self.setup = setup
    firstImage = Self.images(setup, position)
  }

  private static func images(_ setup: TrainingSetup, _ position: Checkpoint.Position) -> Int {
    position.epoch * setup.training.count + position.images
  }

  func progress(at position: Checkpoint.Position) -> TrainingProgress {
    let done = Self.images(setup, position)
    let rate = Double(done - firstImage) / max((MonotonicTime.now - start).seconds, 1e-9)
    let left = setup.recipe.epochs * setup.training.count - done
    return TrainingProgress(
      epoch: position.epoch + 1, epochs: setup.recipe.epochs, step: position.step,
      steps: setup.stepsPerEpoch, loss: position.lossSum / Double(position.images),
      accuracy: Double(position.correct) / Double(position.images), imagesPerSecond: rate,
      secondsLeft: Double(left) / rate)
  }
}

extension Duration {
  /// In seconds.
  var seconds: Double { Double(nanoseconds) / 1e9 }
}
