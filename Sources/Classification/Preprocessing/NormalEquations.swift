/// The normal equations of a least-squares fit of ``BackgroundModel``'s surface, three channels at
/// once, weighted, solved by Cholesky decomposition. Double precision: the sums run over a thousand samples.
struct NormalEquations {
  /// The sum of the samples' weights.
  private(set) var weight = 0.0
  /// The lower triangle of the 6 x 6 matrix, row after row.
  private var matrix = InlineArray<36, Double>(repeating: 0)
  private var right = InlineArray<6, SIMD4<Double>>(repeating: .zero)

  /// Forgets all samples.
  mutating func clear() { self = NormalEquations() }

  /// Adds one sample at (u, v).
  mutating func add(u: Float, v: Float, colour: SIMD4<Float>, weight: Float) {
    let (u, v, weight) = (Double(u), Double(v), Double(weight))
    let basis: InlineArray<6, Double> = [1, u, v, u * u, v * v, u * v]
    let colour = SIMD4<Double>(colour)
    for row in 0..<6 {
      let weighted = weight * basis[row]
      for column in 0...row { matrix[6 * row + column] += weighted * basis[column] }
      right[row] += colour * weighted
    }
    self.weight += weight
  }

  /// The coefficients of the first `terms` terms; the others are 0.
  ///
  /// - Parameter ridge: added to the diagonal of every term but the constant; above 0, so that
  ///   the matrix is positive definite once there is a sample.
  func solved(terms: Int, ridge: Float) -> InlineArray<6, SIMD4<Float>> {
    var lower = matrix
    for term in 1..<6 { lower[7 * term] += Double(ridge) }
    for row in 0..<terms {
      for column in 0...row {
        var sum = lower[6 * row + column]
        for k in 0..<column { sum -= lower[6 * row + k] * lower[6 * column + k] }
        lower[6 * row + column] = row == column ? sum.squareRoot() : sum / lower[7 * column]
      }
    }
    var solution = right
    for row in 0..<terms {
      for k in 0..<row { solution[row] -= solution[k] * lower[6 * row + k] }
      solution[row] /= lower[7 * row]
    }
    for row in (0..<terms).reversed() {
      for k in row + 1..<terms { solution[row] -= solution[k] * lower[6 * k + row] }
      solution[row] /= lower[7 * row]
    }
    var result = InlineArray<6, SIMD4<Float>>(repeating: .zero)
    for term in 0..<terms { result[term] = SIMD4<Float>(solution[term]) }
    return result
  }
}
