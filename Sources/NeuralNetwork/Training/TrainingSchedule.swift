/// Some images of the batch on their way through some layers, on one thread.
struct TrainingPass: Sendable {
  /// Positions in the batch.
  let images: Range<Int>
  /// The shard they belong to, which has gradients of its own.
  let shard: Int
  /// The optimiser's step; dropout draws anew for each.
  let step: Int
}

/// What one batch takes, in order: work on each image, which threads share, and between it work
/// on the whole batch.
struct TrainingSchedule: Sendable {
  enum Phase: Sendable {
    /// Each in order for some images, and then for the next ones.
    case images([@Sendable (TrainingPass) -> Void])
    /// Once, for a batch of so many images, when all images are through the phase before.
    case batch(@Sendable (Int) -> Void)
  }

  private(set) var phases: [Phase] = []

  /// Adds work on images. It sees nothing of other images but what an earlier `batch` phase made.
  mutating func addForImages(_ work: @escaping @Sendable (TrainingPass) -> Void) {
    if case .images(let earlier)? = phases.last {
      phases[phases.count - 1] = .images(earlier + [work])
    } else {
      phases.append(.images([work]))
    }
  }

  /// Adds work on the whole batch.
  mutating func addForBatch(_ work: @escaping @Sendable (Int) -> Void) {
    phases.append(.batch(work))
  }
}

/// A layer ready to train: what it adds to the schedule on the way forward and on the way back.
protocol TrainingLayer: Sendable {
  /// From the layer's input to its output.
  func addForward(to schedule: inout TrainingSchedule)
  /// From its output's gradient to its parameters' and its input's.
  func addBackward(to schedule: inout TrainingSchedule)
}
