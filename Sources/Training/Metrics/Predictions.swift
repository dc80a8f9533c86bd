public import Classification
import Glibc

/// What a model said about labelled images.
public struct Predictions: Sendable, Equatable {
  /// The number of categories.
  public let classCount: Int
  /// `[count, classCount]`, each row summing to 1.
  public let probabilities: [Float]
  /// `[count]`: how unlike the training images each is; 0 where the model cannot say so.
  public let distances: [Float]
  /// `[count]`: the true category of each image.
  public let labels: [UInt8]
  /// `[count]`: the most probable category of each image; the first of equals.
  public let predicted: [Int]

  /// The number of images.
  public var count: Int { labels.count }

  /// Predictions from probabilities.
  ///
  /// - Precondition: `classCount` probabilities a label.
  public init(
    probabilities: [Float], distances: [Float]? = nil, labels: [UInt8], classCount: Int
  ) {
    precondition(probabilities.count == labels.count * classCount, "one row a label")
    precondition(distances.map { $0.count == labels.count } ?? true, "one distance a label")
    self.distances = distances ?? labels.map { _ in 0 }
    self.probabilities = probabilities
    self.labels = labels
    self.classCount = classCount
    predicted = labels.indices.map { index in
      let row = index * classCount
      return (0..<classCount).reduce(0) { best, category in
        probabilities[row + category] > probabilities[row + best] ? category : best
      }
    }
  }

  /// Asks a model, as serving does: mirror averaging and temperature included.
  ///
  /// - Precondition: No label is beyond the classifier's categories, but for images of categories
  ///   that it does not know, whose labels mean nothing.
  public init(_ classifier: Classifier, on images: ImageSet, threads: Int) {
    let classCount = classifier.categories.count
    let parts = concurrently(over: images.count, threads: threads) { range in
      var part = [Float](repeating: 0, count: range.count * classCount)
      var distances = [Float](repeating: 0, count: range.count)
      let workspace = classifier.makeWorkspace(batch: 32)
      var span = part.mutableSpan
      var distanceSpan = distances.mutableSpan
      classifier.probabilities(
        of: images.pixels.span.extracting(ImageSet.pixelRange(range)), count: range.count,
        into: &span, distances: &distanceSpan,
        workspace: workspace)
      return (part, distances)
    }
    self.init(
      probabilities: parts.flatMap(\.0), distances: parts.flatMap(\.1), labels: images.labels,
      classCount: classCount)
  }

  /// The probabilities of one image's categories.
  public func row(_ index: Int) -> ArraySlice<Float> {
    probabilities[index * classCount..<(index + 1) * classCount]
  }

  /// The probability of the predicted category.
  public func confidence(_ index: Int) -> Double {
    Double(probabilities[index * classCount + predicted[index]])
  }

  /// Whether the most probable category is the true one.
  public func isCorrect(_ index: Int) -> Bool { predicted[index] == Int(labels[index]) }

  /// Minus the logarithm of the true category's probability, nats. A probability that is too
  /// small for its type counts as the smallest normal one (a loss of 87).
  public func loss(_ index: Int) -> Double {
    let probability = probabilities[index * classCount + Int(labels[index])]
    return -log(Double(max(probability, Float.leastNormalMagnitude)))
  }

  /// Categorical cross-entropy: the mean loss.
  public var loss: Double {
    labels.indices.reduce(0) { $0 + loss($1) } / Double(count)
  }

  /// The share of images whose most probable category is the true one.
  public var accuracy: Double {
    Double(labels.indices.count { isCorrect($0) }) / Double(count)
  }
}
