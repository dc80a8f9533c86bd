import Classification
import NeuralNetwork

/// Fits a ``FeatureDistance`` to the images that a network learned from (Lee et al. 2018).
enum FeatureDistanceFit {
  /// Added to the covariance's diagonal, as a share of its mean: directions in which the training
  /// images hardly differ would otherwise decide alone.
  private static let ridge = 1e-3

  /// - Returns: nil where the network gives no features, or the same ones for all images of a category.
  static func distance(
    _ views: NetworkViews, labels: [UInt8]
  ) throws(ClassifierError) -> FeatureDistance? {
    let size = views.featureCount
    guard size > 0 else { return nil }
    let means = means(views, labels)
    var covariance = covariance(views, labels, means)
    let trace = (0..<size).reduce(0) { $0 + covariance[$1 * size + $1] }
    guard trace.isFinite, trace > 0 else { return nil }
    for index in 0..<size { covariance[index * size + index] += ridge * trace / Double(size) }
    let whitening = inverse(ofLower: cholesky(covariance, size), size)
    var centres: [Float] = []
    let categories = Set(labels).sorted().map { Int($0) }
    for category in categories {
      for row in 0..<size {
        let sum = (0...row).reduce(0) {
          $0 + whitening[row * size + $1] * means[category * size + $1]
        }
        centres.append(Float(sum))
      }
    }
    return try FeatureDistance(
      whitening: Tensor(shape: [size, size], values: whitening.map { Float($0) }),
      centres: Tensor(shape: [categories.count, size], values: centres))
  }

  /// `[classCount, featureCount]`; zeros for a category without images.
  private static func means(_ views: NetworkViews, _ labels: [UInt8]) -> [Double] {
    let size = views.featureCount
    var sums = [Double](repeating: 0, count: views.classCount * size)
    var counts = [Int](repeating: 0, count: views.classCount)
    for (image, label) in labels.enumerated() {
      counts[Int(label)] += views.viewCount
      for view in 0..<views.viewCount {
        let row = (image * views.viewCount + view) * size
        for index in 0..<size {
          sums[Int(label) * size + index] += Double(views.features[row + index])
        }
      }
    }
    for place in sums.indices { sums[place] /= Double(max(1, counts[place / size])) }
    return sums
  }

  /// `[featureCount, featureCount]`, around each category's mean; the lower half.
  private static func covariance(
    _ views: NetworkViews, _ labels: [UInt8], _ means: [Double]
  ) -> [Double] {
    let size = views.featureCount
    var sums = [Double](repeating: 0, count: size * size)
    var deviation = [Double](repeating: 0, count: size)
    for (image, label) in labels.enumerated() {
      for view in 0..<views.viewCount {
        let row = (image * views.viewCount + view) * size
        for index in 0..<size {
          deviation[index] = Double(views.features[row + index]) - means[Int(label) * size + index]
        }
        for first in 0..<size {
          for second in 0...first {
            sums[first * size + second] += deviation[first] * deviation[second]
          }
        }
      }
    }
    let count = Double(labels.count * views.viewCount)
    return sums.map { $0 / count }
  }

  /// The lower triangular L with L L' the matrix, whose lower half is given.
  ///
  /// - Precondition: It is positive definite.
  private static func cholesky(_ matrix: [Double], _ size: Int) -> [Double] {
    var lower = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        var sum = matrix[row * size + column]
        for index in 0..<column { sum -= lower[row * size + index] * lower[column * size + index] }
        lower[row * size + column] =
          row == column ? sum.squareRoot() : sum / lower[column * size + column]
      }
    }
    return lower
  }

  /// The inverse of a lower triangular matrix, which is one too.
  private static func inverse(ofLower lower: [Double], _ size: Int) -> [Double] {
    var inverse = [Double](repeating: 0, count: size * size)
    for column in 0..<size {
      inverse[column * size + column] = 1 / lower[column * size + column]
      for row in column + 1..<max(size, column + 1) {
        var sum = 0.0
        for index in column..<row {
          sum -= lower[row * size + index] * inverse[index * size + column]
        }
        inverse[row * size + column] = sum / lower[row * size + row]
      }
    }
    return inverse
  }
}
