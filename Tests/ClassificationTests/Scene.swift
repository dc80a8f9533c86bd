import Classification
import Imaging

/// A picture drawn by a function of place, for tests: 4 x 4 samples a pixel, as a lens would blur
/// it, so that the same scene can be drawn at any size.
struct Scene {
  typealias Colour = SIMD3<Double>

  static let white = Colour(255, 255, 255)
  static let black = Colour(0, 0, 0)

  /// The colour at (x, y), both 0 to 1.
  var colour: (Double, Double) -> Colour

  func image(width: Int, height: Int) -> RGBImage {
    var pixels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        var sum = Colour.zero
        for sample in 0..<16 {
          let x = (Double(column) + (Double(sample % 4) + 0.5) / 4) / Double(width)
          let y = (Double(row) + (Double(sample / 4) + 0.5) / 4) / Double(height)
          sum += colour(x, y)
        }
        let mean = (sum / 16).rounded(.toNearestOrAwayFromZero)
        pixels += [UInt8(mean.x), UInt8(mean.y), UInt8(mean.z)]
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// One colour on another; `isSubject` says where.
  static func shape(
    _ subject: Colour, on ground: Colour, where isSubject: @escaping (Double, Double) -> Bool
  ) -> Scene {
    Scene { x, y in isSubject(x, y) ? subject : ground }
  }

  /// A T-shirt's outline, upright, in the given rectangle.
  static func shirt(
    x left: Double, y top: Double, width: Double, height: Double
  ) -> (Double, Double) -> Bool {
    { x, y in
      let (u, v) = ((x - left) / width, (y - top) / height)
      guard (0...1).contains(u) && (0...1).contains(v) else { return false }
      return v < 0.35 || (0.22...0.78).contains(u)
    }
  }

  static func rectangle(
    x left: Double, y top: Double, width: Double, height: Double
  ) -> (Double, Double) -> Bool {
    { x, y in (left...(left + width)).contains(x) && (top...(top + height)).contains(y) }
  }
}

/// The prepared input of a scene.
func prepared(_ scene: Scene, width: Int = 240, height: Int = 320) -> PreparedInput {
  var preprocessor = Preprocessor()
  return preprocessor.prepare(scene.image(width: width, height: height))
}
