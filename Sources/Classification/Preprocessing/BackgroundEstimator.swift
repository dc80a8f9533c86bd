/// Finds the background from the picture's border.
///
/// A photo's corners can be a shadow, a watermark or a sleeve, so the whole border votes: of the
/// medians of its segments the one that explains the border best is the start, and a surface is
/// then fitted to the pixels that agree with it, refined with every round (least squares reweighted
/// by Tukey's biweight). A slight ridge keeps the surface from swinging where the subject hides the
/// border. Votes are soft (MSAC, Torr and Zisserman 2000): a hard count would prefer a colour
/// between white and a pale sleeve, from which both are just near enough.
struct BackgroundEstimator {
  /// Colours this near belong together: 6% of the range (Fashion-MNIST's authors trimmed at 5%).
  static let tolerance: Float = 0.06 * 255
  /// Samples along one side of one ring; a multiple of what `BorderSamples` wants.
  private static let samplesPerSide = 128
  /// Segments each side is cut into for the first guess.
  private static let segmentsPerSide = 4
  /// The pull of each drift coefficient towards 0, relative to the number of border samples.
  private static let ridge: Float = 0.002
  /// Each round's number of polynomial terms and tolerance: a plane before a curved surface.
  private static let rounds: [(terms: Int, tolerance: Float)] = [
    (1, tolerance), (3, 1.25 * tolerance), (3, tolerance), (6, tolerance), (6, tolerance),
    (6, 0.75 * tolerance),
  ]

  /// What the border says about the background.
  struct Estimate {
    /// The background all over the picture.
    var model: BackgroundModel
    /// The border's votes for it, 1 for a sample that it meets exactly, 0 from the tolerance on.
    var votes: Float
    /// The share of the border it explains, 0 to 1.
    var uniformity: Float
    /// The root mean square distance of that share, in levels of 255.
    var noise: Float
  }

  private var samples = BorderSamples()

  /// The background of a picture.
  ///
  /// - Parameters:
  ///   - pixels: RGB, rows of `imageWidth`.
  ///   - content: the part of the picture to look at, at least one pixel.
  mutating func estimate(_ pixels: Span<UInt8>, imageWidth: Int, content: PixelBox) -> Estimate {
    sampleBorder(pixels, imageWidth: imageWidth, content: content)
    let constant = firstGuess(content: content)
    var model = constant.model
    for round in Self.rounds {
      model = refined(model, terms: round.terms, tolerance: round.tolerance)
    }
    let fitted = judged(model)
    return fitted.votes >= constant.votes ? fitted : constant
  }

  /// Takes evenly spaced pixels from two rings, at the edge and a hundredth of the picture inside.
  private mutating func sampleBorder(
    _ pixels: Span<UInt8>, imageWidth: Int, content: PixelBox
  ) {
    samples.removeAll()
    let model = BackgroundModel(constant: .zero, content: content)
    func take(_ column: Int, _ row: Int) {
      samples.append(
        u: model.u(column: column), v: model.v(row: row),
        colour: pixels.colour(at: 3 * (row * imageWidth + column)))
    }
    let inset = min(content.longestEdge / 100, (min(content.width, content.height) - 1) / 2)
    for depth in inset == 0 ? 0..<1 : 0..<2 {
      let left = content.x + depth * inset
      let top = content.y + depth * inset
      let width = content.width - 2 * depth * inset
      let height = content.height - 2 * depth * inset
      let n = Self.samplesPerSide
      for i in 0..<n { take(left + (2 * i + 1) * width / (2 * n), top) }
      for i in 0..<n { take(left + (2 * i + 1) * width / (2 * n), top + height - 1) }
      for i in 0..<n { take(left, top + (2 * i + 1) * height / (2 * n)) }
      for i in 0..<n { take(left + width - 1, top + (2 * i + 1) * height / (2 * n)) }
    }
  }

  /// The constant colour, among the medians of the border and its segments, that explains most.
  private mutating func firstGuess(content: PixelBox) -> Estimate {
    let limit = Self.tolerance * Self.tolerance
    var best = samples.median(of: 0..<samples.count)
    var mostVotes = samples.votes(for: best, limit: limit)
    let length = Self.samplesPerSide / Self.segmentsPerSide
    for start in stride(from: 0, to: samples.count, by: length) {
      let colour = samples.median(of: start..<start + length)
      // Most segments of a plain ground have the same one.
      if colour == best { continue }
      let votes = samples.votes(for: colour, limit: limit)
      if votes > mostVotes { (best, mostVotes) = (colour, votes) }
    }
    return judged(BackgroundModel(constant: best, content: content))
  }

  /// The least-squares surface through the samples that agree with `model`.
  private mutating func refined(
    _ model: BackgroundModel, terms: Int, tolerance: Float
  ) -> BackgroundModel {
    let base = model.coefficients[0]
    samples.measureDistances(from: model)
    let equations = samples.equations(terms: terms, on: base, limit: tolerance * tolerance)
    guard equations.weight > 0 else { return model }
    var result = BackgroundModel(constant: base, content: model.content)
    let solution = equations.solved(terms: terms, ridge: Self.ridge * Float(samples.count))
    for term in 0..<terms { result.coefficients[term] += solution[term] }
    return result
  }

  /// How well a model explains the border.
  private mutating func judged(_ model: BackgroundModel) -> Estimate {
    let limit = Self.tolerance * Self.tolerance
    var explained = 0
    var sum: Float = 0
    samples.measureDistances(from: model)
    for distance in samples.distances where distance <= limit {
      explained += 1
      sum += distance
    }
    return Estimate(
      model: model,
      votes: Float(explained) - sum / limit,
      uniformity: Float(explained) / Float(samples.count),
      noise: explained > 0 ? (sum / Float(explained)).squareRoot() : 0)
  }
}
