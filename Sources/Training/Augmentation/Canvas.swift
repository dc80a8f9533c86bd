import Glibc

/// A 28 x 28 picture in the making, gray levels 0 to 1, on which shapes with soft edges are drawn.
struct Canvas {
  static let edge = ImageSet.edge

  /// Row by row.
  private(set) var levels = [Float](repeating: 0, count: ImageSet.pixelCount)

  /// Sets every pixel to a function of its place.
  mutating func fill(_ level: (_ x: Float, _ y: Float) -> Float) {
    for index in levels.indices {
      levels[index] = level(Float(index % Self.edge), Float(index / Self.edge))
    }
  }

  /// Covers an upright ellipse.
  ///
  /// - Parameters:
  ///   - centre: Of the ellipse, pixels.
  ///   - radii: Across and down, pixels.
  ///   - rows: Only these are covered.
  mutating func drawEllipse(
    centre: SIMD2<Float>, radii: SIMD2<Float>, rows: ClosedRange<Float> = -1...28, level: Float
  ) {
    let softness = 1 / min(radii.x, radii.y)
    cover(level) { x, y in
      guard rows.contains(y) else { return 0 }
      let across = (x - centre.x) / radii.x
      let down = (y - centre.y) / radii.y
      return (1 - (across * across + down * down).squareRoot()) / softness + 0.5
    }
  }

  /// Covers the pixels between two edges that run straight from a row to another.
  ///
  /// - Parameters:
  ///   - rows: From the first to the last row.
  ///   - centre: Of the upper and of the lower end, pixels.
  ///   - width: Of the upper and of the lower end, pixels.
  mutating func drawLimb(
    rows: ClosedRange<Float>, centre: SIMD2<Float>, width: SIMD2<Float>, level: Float
  ) {
    let length = max(rows.upperBound - rows.lowerBound, 1)
    cover(level) { x, y in
      let along = (y - rows.lowerBound) / length
      let middle = centre.x + (centre.y - centre.x) * along
      let half = (width.x + (width.y - width.x) * along) / 2
      let inside = min(y - rows.lowerBound, rows.upperBound - y) + 0.5
      return min(half - abs(x - middle) + 0.5, inside)
    }
  }

  /// Mixes a level in where `coverage` is above 0, wholly where it is 1 or more.
  private mutating func cover(_ level: Float, _ coverage: (Float, Float) -> Float) {
    for index in levels.indices {
      let share = min(max(coverage(Float(index % Self.edge), Float(index / Self.edge)), 0), 1)
      levels[index] += (level - levels[index]) * share
    }
  }
}
