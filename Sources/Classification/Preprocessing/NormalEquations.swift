/// The normal equations of a least-squares fit of ``BackgroundModel``'s surface, three channels at
/// once, weighted, solved by Cholesky decomposition. Double precision: the sums run over a thousand samples.
struct NormalEquations {
  /// The exponents of u and v in each of the surface's terms.
  private static let exponents: InlineArray<6, (u: Int, v: Int)> = [
    (0, 0), (1, 0), (0, 1), (2, 0), (0, 2), (1, 1),
  ]

  /// The sums of weight times u to the m times v to the n, in the order of m + n and then of n.
  let moments: InlineArray<15, Double>
  /// The sums of weight times term times the difference from a colour, six of each channel.
  let differences: InlineArray<18, Double>

  /// The sum of the samples' weights.
  var weight: Double { moments[0] }

  /// The coefficients of the first `terms` terms, for which the sums were taken; the others are 0.
  ///
  /// - Parameter ridge: added to the diagonal of every term but the constant; above 0, so that
  ///   the matrix is positive definite once there is a sample.
  func solved(terms: Int, ridge: Float) -> InlineArray<6, SIMD4<Float>> {
    var lower = InlineArray<36, Double>(repeating: 0)
    var solution = InlineArray<6, SIMD4<Double>>(repeating: .zero)
    for row in 0..<terms {
      for column in 0...row {
        lower[6 * row + column] = moment(row, column)
      }
      if row > 0 { lower[7 * row] += Double(ridge) }
      solution[row] = SIMD4(differences[row], differences[6 + row], differences[12 + row], 0)
    }
    for row in 0..<terms {
      for column in 0...row {
        var sum = lower[6 * row + column]
        for k in 0..<column { sum -= lower[6 * row + k] * lower[6 * column + k] }
        lower[6 * row + column] = row == column ? sum.squareRoot() : sum / lower[7 * column]
      }
    }
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

  /// The sum of weight times two terms' product.
  private func moment(_ row: Int, _ column: Int) -> Double {
    let v = Self.exponents[row].v + Self.exponents[column].v
    let degree = Self.exponents[row].u + Self.exponents[column].u + v
    return moments[degree * (degree + 1) / 2 + v]
  }
}
