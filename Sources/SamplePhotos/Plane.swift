/// One channel of a picture, as numbers.
struct Plane {
  var width: Int
  var height: Int
  /// Row after row.
  var values: [Float]

  init(width: Int, height: Int, values: [Float]) {
    self.width = width
    self.height = height
    self.values = values
  }

  /// Resampled to another size by Catmull-Rom splines (Keys 1981, a = -1/2): smooth, through the
  /// given values, with a little overshoot at edges. Only for enlarging.
  func enlarged(width newWidth: Int, height newHeight: Int) -> Plane {
    let columns = Plane.taps(from: width, to: newWidth)
    let rows = Plane.taps(from: height, to: newHeight)
    var wide = [Float](repeating: 0, count: newWidth * height)
    for y in 0..<height {
      for x in 0..<newWidth {
        let (sources, weights) = columns[x]
        var sum: Float = 0
        for tap in 0..<4 { sum += values[y * width + sources[tap]] * weights[tap] }
        wide[y * newWidth + x] = sum
      }
    }
    var result = [Float](repeating: 0, count: newWidth * newHeight)
    for y in 0..<newHeight {
      let (sources, weights) = rows[y]
      for tap in 0..<4 {
        let source = sources[tap] * newWidth
        for x in 0..<newWidth { result[y * newWidth + x] += wide[source + x] * weights[tap] }
      }
    }
    return Plane(width: newWidth, height: newHeight, values: result)
  }

  /// For each new position the four old ones around it, edges repeated, and their weights.
  private static func taps(from old: Int, to new: Int) -> [(SIMD4<Int>, SIMD4<Float>)] {
    (0..<new).map { position in
      let place = (Float(position) + 0.5) * Float(old) / Float(new) - 0.5
      let base = Int(place.rounded(.down))
      let t = place - Float(base)
      let sources = SIMD4(base - 1, base, base + 1, base + 2)
      let weights = SIMD4(
        ((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1,
        ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t)
      return (sources.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: old - 1)), weights)
    }
  }

  /// Averaged over squares of 2 * radius + 1, `passes` times: nearly a Gaussian.
  func blurred(radius: Int, passes: Int) -> Plane {
    var result = self
    for _ in 0..<passes {
      result = result.averagedAlongRows(radius).transposed.averagedAlongRows(radius).transposed
    }
    return result
  }

  private func averagedAlongRows(_ radius: Int) -> Plane {
    var result = self
    for y in 0..<height {
      for x in 0..<width {
        let window = max(0, x - radius)...min(width - 1, x + radius)
        let sum = window.reduce(Float(0)) { $0 + values[y * width + $1] }
        result.values[y * width + x] = sum / Float(2 * radius + 1)
      }
    }
    return result
  }

  private var transposed: Plane {
    let flipped = (0..<width).flatMap { x in (0..<height).map { values[$0 * width + x] } }
    return Plane(width: height, height: width, values: flipped)
  }

  /// Surrounded by zeros.
  func padded(by margin: Int) -> Plane {
    let newWidth = width + 2 * margin
    let newHeight = height + 2 * margin
    var result = [Float](repeating: 0, count: newWidth * newHeight)
    for y in 0..<height {
      let start = (y + margin) * newWidth + margin
      result.replaceSubrange(start..<start + width, with: values[y * width..<(y + 1) * width])
    }
    return Plane(width: newWidth, height: newHeight, values: result)
  }
}
