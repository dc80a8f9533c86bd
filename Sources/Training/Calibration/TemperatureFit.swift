import Classification
import Glibc

/// The temperature that makes confidence mean what it says (Guo et al. 2017, "On calibration of
/// modern neural networks"): the one with the least loss on images that the network did not learn
/// from.
enum TemperatureFit {
  private static let range = log(0.2)...log(20.0)
  private static let tolerance = 1e-4

  /// Searches by golden sections on the temperature's logarithm, in which the loss of a network's
  /// logits has one minimum.
  static func temperature(_ views: NetworkViews, labels: [UInt8]) -> Double {
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (range.lowerBound, range.upperBound)
    var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    var (leftLoss, rightLoss) = (
      loss(views, labels, exp(left)), loss(views, labels, exp(right))
    )
    while high - low > tolerance {
      if leftLoss < rightLoss {
        (high, right, rightLoss) = (right, left, leftLoss)
        left = high - ratio * (high - low)
        leftLoss = loss(views, labels, exp(left))
      } else {
        (low, left, leftLoss) = (left, right, rightLoss)
        right = low + ratio * (high - low)
        rightLoss = loss(views, labels, exp(right))
      }
    }
    return exp((low + high) / 2)
  }

  /// The mean loss of probabilities that are averaged over an image's views.
  private static func loss(
    _ views: NetworkViews, _ labels: [UInt8], _ temperature: Double
  ) -> Double {
    let logits = views.logits.span
    var sum = 0.0
    for (image, label) in labels.enumerated() {
      var share = 0.0
      for view in 0..<views.viewCount {
        let row = (image * views.viewCount + view) * views.classCount
        let softmax = Softmax(
          logits.extracting(row..<row + views.classCount), sharpness: 1 / temperature)
        share += softmax.share(of: logits[row + Int(label)])
      }
      sum -= log(max(share / Double(views.viewCount), Double(Float.leastNormalMagnitude)))
    }
    return sum / Double(labels.count)
  }
}
