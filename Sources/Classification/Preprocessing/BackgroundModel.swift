import CPixels

/// A background colour that may drift softly over the picture, as seamless paper under a lamp does:
/// each channel is c0 + c1 u + c2 v + c3 u² + c4 v² + c5 uv, with u and v from -1 to 1 across the
/// content.
struct BackgroundModel {
  /// Where u and v run from -1 to 1.
  let content: PixelBox
  /// Six coefficients of (red, green, blue, 0), in levels of 255.
  var coefficients: InlineArray<6, SIMD4<Float>>
  private let inverseWidth: Float
  private let inverseHeight: Float

  /// The same colour everywhere.
  init(constant colour: SIMD4<Float>, content: PixelBox) {
    self.content = content
    inverseWidth = 1 / Float(content.width)
    inverseHeight = 1 / Float(content.height)
    coefficients = InlineArray(repeating: .zero)
    coefficients[0] = colour
  }

  /// u for a column of the picture.
  func u(column: Int) -> Float {
    Float(2 * (column - content.x) + 1) * inverseWidth - 1
  }

  /// v for a row of the picture.
  func v(row: Int) -> Float {
    Float(2 * (row - content.y) + 1) * inverseHeight - 1
  }

  /// The background along one row of the picture, from `column` on, as the loops in C want it.
  func along(row: Int, from column: Int) -> pixels_background {
    let v = v(row: row)
    let constant = coefficients[0] + coefficients[2] * v + coefficients[4] * (v * v)
    let linear = coefficients[1] + coefficients[5] * v
    let quadratic = coefficients[3]
    return pixels_background(
      constant: (constant.x, constant.y, constant.z), linear: (linear.x, linear.y, linear.z),
      quadratic: (quadratic.x, quadratic.y, quadratic.z),
      offset: Float(2 * (column - content.x) + 1), scale: inverseWidth)
  }

  /// The mean over the content: u and v average 0, their squares a third.
  private var mean: SIMD4<Float> {
    withinRange(coefficients[0] + (coefficients[3] + coefficients[4]) / 3)
  }

  /// The mean colour, rounded.
  var meanColour: SIMD3<UInt8> {
    let rounded = mean.rounded(.toNearestOrAwayFromZero)
    return SIMD3(UInt8(rounded.x), UInt8(rounded.y), UInt8(rounded.z))
  }

  /// Whether the background is nearer to white than to black.
  var isLight: Bool { luma(mean) >= 127.5 }
}

/// A colour with every channel brought to 0 to 255.
@inline(__always)
private func withinRange(_ colour: SIMD4<Float>) -> SIMD4<Float> {
  colour.replacing(with: 255, where: colour .> 255).replacing(with: 0, where: colour .< 0)
}

/// Rec. 601 luma of (red, green, blue, 0), in the same unit.
@inline(__always)
func luma(_ colour: SIMD4<Float>) -> Float {
  colour.x * 0.299 + colour.y * 0.587 + colour.z * 0.114
}

extension Span<UInt8> {
  /// The RGB pixel whose red byte is at `index`, as (red, green, blue, 0) in 0 to 255.
  @inline(__always)
  func colour(at index: Int) -> SIMD4<Float> {
    SIMD4(Float(self[index]), Float(self[index + 1]), Float(self[index + 2]), 0)
  }
}
