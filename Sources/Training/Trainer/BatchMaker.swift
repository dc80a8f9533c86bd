import NeuralNetwork

/// Puts batches together: which images in which order, varied, and scaled for the network. A batch
/// depends on seed, epoch and step alone.
struct BatchMaker: Sendable {
  /// Images ready for the network.
  struct Batch: Sendable {
    /// `[count, 1, 28, 28]`.
    var inputs: [Float]
    /// `[count]`.
    let labels: [UInt8]
    /// The teacher's probabilities, `[count, categories]`; empty without one.
    let teacher: [Float]
  }

  private let images: ImageSet
  private let teacher: Predictions?
  private let size: Int
  private let seed: UInt64
  private let augmenter: Augmenter
  private let input: InputSpecification
  private let subjects: [Subject]
  private var epoch = -1
  private var order: [Int] = []

  /// - Parameter teacher: What the teacher says of the images as they are: a varied image keeps
  ///   its answer.
  init(
    _ images: ImageSet, recipe: Recipe, input: InputSpecification, teacher: Predictions? = nil
  ) {
    self.images = images
    self.teacher = teacher
    self.input = input
    subjects = images.labelNames.map { Subject(label: $0) }
    size = recipe.batch
    seed = UInt64(recipe.seed)
    augmenter = Augmenter(settings: recipe.augmentation, seed: seed)
  }

  /// The batch of a step of an epoch, both counted from 0.
  mutating func make(epoch: Int, step: Int) -> Batch {
    if epoch != self.epoch {
      self.epoch = epoch
      order = Array(0..<images.count)
      var generator = Philox(seed: seed, .order, epoch: epoch)
      generator.shuffle(&order)
    }
    let chosen = order[step * size..<min((step + 1) * size, order.count)]
    let pixelCount = ImageSet.pixelCount
    var batch = Batch(
      inputs: [Float](repeating: 0, count: chosen.count * pixelCount),
      labels: chosen.map { images.labels[$0] },
      teacher: teacher.map { teacher in chosen.flatMap { teacher.row($0) } } ?? [])
    var inputs = batch.inputs.mutableSpan
    let pixels = images.pixels.span
    for (place, index) in chosen.enumerated() {
      let image = pixels.extracting(index * pixelCount..<(index + 1) * pixelCount)
      augmenter.augment(
        image, showing: subjects[Int(images.labels[index])], epoch: epoch, index: index,
        into: &inputs, at: place * pixelCount)
    }
    let scale = Float(input.scale / input.std)
    let shift = Float(input.mean / input.std)
    for index in inputs.indices { inputs[index] = inputs[index] * scale - shift }
    return batch
  }
}
