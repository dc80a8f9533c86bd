public import NeuralNetwork

/// How unlike its training images a photo looks to a network: the squared Mahalanobis distance of
/// its features to the nearest category's mean, all categories sharing one covariance (Lee et al.
/// 2018, "A simple unified framework for detecting out-of-distribution samples and adversarial
/// attacks"), divided by the number of features. Images like the training images have about 1.
///
/// Confidence does not say this: a network is sure of many things that it has never seen.
public struct FeatureDistance: Sendable, Equatable {
  /// `policy.feature_whitening`, `[features, features]`, lower triangular: W, with W' W the inverse
  /// of the covariance.
  public let whitening: Tensor
  /// `policy.feature_centres`, `[categories, features]`: W times the means of the categories that it was
  /// fitted to.
  public let centres: Tensor

  private static let whiteningName = "policy.feature_whitening"
  private static let centresName = "policy.feature_centres"

  /// The distance with the given tensors.
  ///
  /// - Throws: where their shapes do not fit each other.
  public init(whitening: Tensor, centres: Tensor) throws(ClassifierError) {
    guard centres.shape.count == 2, centres.shape[0] > 0, centres.shape[1] > 0,
      whitening.shape == [centres.shape[1], centres.shape[1]]
    else { throw .policyShape(Self.whiteningName, Self.centresName) }
    self.whitening = whitening
    self.centres = centres
  }

  /// A model's, nil where it has none.
  ///
  /// - Parameter featureCount: of the model's network.
  /// - Throws: where its tensors do not fit each other or the network.
  init?(_ model: Model, featureCount: Int) throws(ClassifierError) {
    let whitening = model.policy[Self.whiteningName]
    let centres = model.policy[Self.centresName]
    if whitening == nil && centres == nil { return nil }
    guard let whitening, let centres, centres.shape.last == featureCount else {
      throw .policyShape(Self.whiteningName, Self.centresName)
    }
    try self.init(whitening: whitening, centres: centres)
  }

  /// The names that its tensors have in a model file.
  public static let tensorNames = [whiteningName, centresName]

  /// The tensors by their names in a model file.
  public var tensors: [String: Tensor] {
    [Self.whiteningName: whitening, Self.centresName: centres]
  }

  /// The number of features.
  public var featureCount: Int { centres.shape[1] }

  /// The distance of one photo.
  ///
  /// - Parameters:
  ///   - features: its `featureCount` features from `start` on.
  ///   - scratch: has room for `featureCount` numbers.
  func callAsFunction(
    _ features: [Float], from start: Int, scratch: inout [Float]
  ) -> Float {
    let count = featureCount
    let features = features.span.extracting(start..<start + count)
    var scratch = scratch.mutableSpan
    let rows = whitening.values.span
    let means = centres.values.span
    for row in 0..<count {
      let columns = rows.extracting(row * count...row * count + row)
      scratch[row] = Self.sum(over: columns, features.extracting(first: row + 1)) { $0 * $1 }
    }
    let white = scratch.span.extracting(first: count)
    var nearest = Float.infinity
    for start in stride(from: 0, to: means.count, by: count) {
      let sum = Self.sum(over: white, means.extracting(start..<start + count)) {
        let difference = $0 - $1
        return difference * difference
      }
      nearest = min(nearest, sum)
    }
    return nearest / Float(count)
  }

  /// The sum of a term over the numbers of two arrays, eight sums side by side: an addition need not wait
  /// for the one before it.
  ///
  /// - Parameter term: of two zeros, 0.
  @inline(__always)
  private static func sum(
    over left: Span<Float>, _ right: Span<Float>,
    _ term: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>
  ) -> Float {
    var sums = SIMD8<Float>.zero
    let whole = left.count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
      sums += term(left.eight(from: start), right.eight(from: start))
    }
    for index in whole..<left.count {
      var (lastLeft, lastRight) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
      (lastLeft[0], lastRight[0]) = (left[index], right[index])
      sums += term(lastLeft, lastRight)
    }
    // One after the other: `sum()` may take another order in another version of Swift.
    return sums.indices.reduce(0) { $0 + sums[$1] }
  }
}

extension Span<Float> {
  /// Eight numbers from `start` on.
  @inline(__always)
  fileprivate func eight(from start: Int) -> SIMD8<Float> {
    unsafe bytes.unsafeLoadUnaligned(
      fromByteOffset: start * MemoryLayout<Float>.stride, as: SIMD8<Float>.self)
  }
}
