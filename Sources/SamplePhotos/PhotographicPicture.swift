import Imaging

/// Pictures with the statistics of photographs, for measuring decoders: detail on every scale, and
/// edges.
public enum PhotographicPicture {
  /// Noise of many octaves, each a little weaker than the one twice as coarse (a photograph's
  /// spectrum falls so: Field 1987), with discs and boxes over it. 1.5 megapixels make a baseline
  /// JPEG of about 210 KB at quality 85. The same for the same seed.
  public static func render(width: Int, height: Int, seed: UInt64) -> RGBImage {
    var generator = SeededGenerator(seed: seed)
    var channels = (0..<3).map { _ in
      [Float](repeating: .random(in: 90...160, using: &generator), count: width * height)
    }
    var cells = 3
    var strength: Float = 40
    while cells < max(width, height) / 2 {
      let luma = Plane.noise(cells, &generator).enlarged(width: width, height: height)
      // Colour varies less than brightness does.
      let tint = SIMD3<Float>.random(in: 0.7...1, using: &generator)
      for channel in 0..<3 {
        for pixel in 0..<width * height {
          channels[channel][pixel] += luma.values[pixel] * strength * tint[channel]
        }
      }
      cells *= 2
      strength *= 0.86
    }
    for _ in 0..<12 {
      Shape.random(width, height, &generator).paint(into: &channels, width: width, height: height)
    }
    let pixels = (0..<3 * width * height).map { index in
      UInt8(max(0, min(255, channels[index % 3][index / 3])))
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}

extension Plane {
  /// A square of numbers from -1 to 1.
  fileprivate static func noise(_ cells: Int, _ generator: inout SeededGenerator) -> Plane {
    let values = (0..<cells * cells).map { _ in Float.random(in: -1...1, using: &generator) }
    return Plane(width: cells, height: cells, values: values)
  }
}

/// A disc or a box of one colour, half transparent.
private struct Shape {
  var isDisc: Bool
  var x: Int
  var y: Int
  var radius: Int
  var colour: SIMD3<Float>

  static func random(
    _ width: Int, _ height: Int, _ generator: inout SeededGenerator
  ) -> Shape {
    Shape(
      isDisc: .random(using: &generator),
      x: .random(in: 0..<width, using: &generator),
      y: .random(in: 0..<height, using: &generator),
      radius: .random(in: 1...max(2, min(width, height) / 5), using: &generator),
      colour: .random(in: 0...255, using: &generator))
  }

  func paint(into channels: inout [[Float]], width: Int, height: Int) {
    for row in max(0, y - radius)..<min(height, y + radius) {
      for column in max(0, x - radius)..<min(width, x + radius) {
        let (dx, dy) = (column - x, row - y)
        if isDisc && dx * dx + dy * dy > radius * radius { continue }
        for channel in 0..<3 {
          let old = channels[channel][row * width + column]
          channels[channel][row * width + column] = (old + colour[channel]) / 2
        }
      }
    }
  }
}
