import Glibc

/// What a photo's ground leaves where it is not even: a slope of light, boards or folds, blotches,
/// the edge of something else. Levels are deviations from the ground's mean, as the preprocessing
/// shows them.
struct Ground {
  private let strength: Float
  private let slope: SIMD2<Float>
  private let wave: SIMD2<Float>
  private let waveStrength: Float
  private let phase: Float
  private let blotches: [Float]
  private let blotchStrength: Float
  private let border: SIMD4<Float>
  private let borderLevel: Float

  private static let cells = 6

  /// Draws everything, whatever of it is then strong enough to be seen.
  init(_ generator: inout Philox) {
    func random(_ range: ClosedRange<Float>) -> Float {
      range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()
    }
    func sometimes(_ share: Float, _ range: ClosedRange<Float>) -> Float {
      let value = random(range)
      return random(0...1) < share ? value : 0
    }
    strength = random(0.1...0.6)
    slope = [random(-1...1), random(-1...1)] / 28
    let (angle, period) = (random(0...Float.pi), random(2.5...12))
    wave = [cos(angle), sin(angle)] * (2 * .pi / period)
    waveStrength = sometimes(0.4, 0.2...1)
    phase = random(0...2 * Float.pi)
    blotches = (0..<Self.cells * Self.cells).map { _ in random(-1...1) }
    blotchStrength = sometimes(0.6, 0.2...1)
    border = [
      sometimes(0.15, 1...5), sometimes(0.15, 1...5), sometimes(0.15, 1...5),
      sometimes(0.15, 1...5),
    ]
    borderLevel = random(0.2...1)
  }

  /// Draws it over the whole canvas.
  func draw(on canvas: inout Canvas) {
    let last = Float(Canvas.edge - 1)
    canvas.fill { x, y in
      let isBorder = x < border.x || last - x < border.y || y < border.z || last - y < border.w
      if isBorder { return borderLevel }
      let light = slope.x * (x - last / 2) + slope.y * (y - last / 2)
      let boards = waveStrength * sin(wave.x * x + wave.y * y + phase)
      return min(abs(light + boards + blotchStrength * blotch(x, y)) * strength, 1)
    }
  }

  /// Random numbers on a coarse grid, bilinear between them.
  private func blotch(_ x: Float, _ y: Float) -> Float {
    let scale = Float(Self.cells - 1) / Float(Canvas.edge - 1)
    let (column, row) = (x * scale, y * scale)
    let (left, top) = (min(Int(column), Self.cells - 2), min(Int(row), Self.cells - 2))
    let (right, down) = (column - Float(left), row - Float(top))
    let upper = top * Self.cells + left
    let lower = upper + Self.cells
    return (blotches[upper] * (1 - right) + blotches[upper + 1] * right) * (1 - down)
      + (blotches[lower] * (1 - right) + blotches[lower + 1] * right) * down
  }
}
