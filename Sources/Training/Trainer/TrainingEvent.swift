/// What happens during a training, for whoever shows it.
public enum TrainingEvent: Sendable {
  /// It goes on from a checkpoint: complete epochs, and steps of the next one.
  case resumed(epochs: Int, steps: Int)
  /// A step is done.
  case progress(TrainingProgress)
  /// An epoch is complete and its checkpoint written.
  case epoch(EpochRecord, isBest: Bool)
}

/// How far a training has come.
public struct TrainingProgress: Sendable, Equatable {
  /// Counted from 1.
  public let epoch: Int
  /// Epochs in all.
  public let epochs: Int
  /// Steps of this epoch that are done.
  public let step: Int
  /// Steps of an epoch.
  public let steps: Int
  /// The mean loss of this epoch so far.
  public let loss: Double
  /// The share of images that were recognised in this epoch so far.
  public let accuracy: Double
  /// Images a second since the start of this process, validation included.
  public let imagesPerSecond: Double
  /// Until the end of the last epoch, at that rate.
  public let secondsLeft: Double
}
