import Imaging

/// Pictures with the statistics of photographs, for measuring decoders. "Dead leaves" (Lee, Mumford
/// and Huang 2001): opaque shapes of all sizes, one over the other, some smooth and some of rough
/// stuff. So there are edges, flat parts and busy parts, and the spectrum falls as a photograph's
/// does (Field 1987). Noise alone has the spectrum but is equally busy everywhere, which no photo is.
public enum PhotographicPicture {
  private static let leaves = 500
  /// How much each octave of noise weighs against the one twice as coarse.
  private static let falloff: Float = 0.86
  /// Octaves with fewer cells than this across the picture are its light, the others its texture.
  private static let coarsestTexture = 24
  private static let light: Float = 14
  private static let texture: Float = 52
  /// What a sensor adds, in levels.
  private static let grain: Float = 1.5

  /// 1.5 megapixels make a baseline JPEG of about 210 KB at quality 85. The same for the same seed.
  public static func render(width: Int, height: Int, seed: UInt64) -> RGBImage {
    var generator = SeededGenerator(seed: seed)
    var light = [Float](repeating: 0, count: width * height)
    var texture = light
    var cells = 3
    var strength: Float = 1
    while cells < max(width, height) / 2 {
      let octave = Plane.noise(cells, &generator).enlarged(width: width, height: height)
      if cells < coarsestTexture {
        for pixel in light.indices { light[pixel] += octave.values[pixel] * strength }
      } else {
        for pixel in texture.indices { texture[pixel] += octave.values[pixel] * strength }
      }
      cells *= 2
      strength *= falloff
    }
    var scene = Scene(width: width, height: height, &generator)
    for _ in 0..<leaves { scene.add(.random(width, height, &generator)) }

    // Colour varies less than brightness does.
    let tint = SIMD3<Float>.random(in: 0.7...1, using: &generator)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * width * height)
    for pixel in 0..<width * height {
      let stuff = Self.light * light[pixel] + Self.texture * texture[pixel] * scene.roughness[pixel]
      let grain = Float.random(in: -Self.grain...Self.grain, using: &generator)
      let colour = scene.colours[pixel] + stuff * tint + grain
      for channel in 0..<3 { pixels.append(UInt8(max(0, min(255, colour[channel])))) }
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

/// What can be seen of the leaves at each pixel.
private struct Scene {
  let width: Int
  let height: Int
  var colours: [SIMD3<Float>]
  /// 0 is smooth.
  var roughness: [Float]

  init(width: Int, height: Int, _ generator: inout SeededGenerator) {
    self.width = width
    self.height = height
    colours = Array(
      repeating: .random(in: 90...160, using: &generator), count: width * height)
    roughness = Array(repeating: 1, count: width * height)
  }

  mutating func add(_ leaf: Leaf) {
    let reach = Int(leaf.radius) + 2
    for row in max(0, leaf.y - reach)..<min(height, leaf.y + reach) {
      for column in max(0, leaf.x - reach)..<min(width, leaf.x + reach) {
        let cover = leaf.cover(column, row)
        if cover == 0 { continue }
        let pixel = row * width + column
        colours[pixel] += (leaf.colour - colours[pixel]) * cover
        roughness[pixel] += (leaf.roughness - roughness[pixel]) * cover
      }
    }
  }
}

/// A disc or a square of one colour and one stuff.
private struct Leaf {
  /// The shortest and the longest radius, of the picture's shorter edge.
  private static let radii: (Float, Float) = (0.012, 0.25)
  /// The share of those without texture.
  private static let smoothShare = 0.6
  /// An edge is so many pixels wide, as lenses and scaling leave it.
  private static let edge: Float = 1.5

  var isDisc: Bool
  var x: Int
  var y: Int
  var radius: Float
  var colour: SIMD3<Float>
  var roughness: Float

  static func random(
    _ width: Int, _ height: Int, _ generator: inout SeededGenerator
  ) -> Leaf {
    // As many of a radius as its inverse cube says: then the picture looks alike at every scale.
    let share = Float.random(in: 0..<1, using: &generator)
    let size = Float(min(width, height))
    let (shortest, longest) = (radii.0 * size, radii.1 * size)
    let inverseSquare = (1 - share) / (shortest * shortest) + share / (longest * longest)
    let isSmooth = Double.random(in: 0..<1, using: &generator) < smoothShare
    return Leaf(
      isDisc: .random(using: &generator),
      x: .random(in: 0..<width, using: &generator),
      y: .random(in: 0..<height, using: &generator),
      radius: 1 / inverseSquare.squareRoot(),
      colour: .random(in: 30...235, using: &generator),
      roughness: isSmooth ? 0 : .random(in: 0.4...1.6, using: &generator))
  }

  /// How much of a pixel it covers, 0 to 1.
  func cover(_ column: Int, _ row: Int) -> Float {
    let (dx, dy) = (Float(column - x), Float(row - y))
    let distance = isDisc ? (dx * dx + dy * dy).squareRoot() : max(abs(dx), abs(dy))
    return max(0, min(1, (radius - distance) / Self.edge))
  }
}
