/// Divides images into a part to train on and a part to validate on, each with the same share of
/// every category.
public struct StratifiedSplit: Sendable, Equatable {
  /// Indices to train on, rising.
  public let training: [Int]
  /// Indices to validate on, rising.
  public let validation: [Int]

  /// Draws the split. The same labels, fraction and seed give the same one.
  ///
  /// - Parameters:
  ///   - labels: The category of each image.
  ///   - fraction: The share of each category that validates, 0 to below 1, rounded to whole images.
  public init(labels: [UInt8], fraction: Double, seed: UInt64) {
    var members: [UInt8: [Int]] = [:]
    for (index, label) in labels.enumerated() { members[label, default: []].append(index) }
    var training: [Int] = []
    var validation: [Int] = []
    for (label, ordered) in members {
      var indices = ordered
      var generator = Philox(seed: seed, .split, item: Int(label))
      generator.shuffle(&indices)
      let held = Int((Double(indices.count) * fraction).rounded())
      validation += indices[..<held]
      training += indices[held...]
    }
    self.training = training.sorted()
    self.validation = validation.sorted()
  }
}
