import Glibc

/// Where each pixel of a varied image comes from: mirror, shift, scale and rotation in one step,
/// so that an image is resampled once.
struct Geometry {
  private static let edge = ImageSet.edge

  private let isMirrored: Bool
  private let shiftX: Float
  private let shiftY: Float
  private let zoomX: Float
  private let zoomY: Float
  /// Radians.
  private let angle: Float

  /// - Parameters:
  ///   - shift: To the right and down, pixels.
  ///   - zoom: Across and down.
  ///   - angle: Radians.
  init(isMirrored: Bool, shift: SIMD2<Float>, zoom: SIMD2<Float>, angle: Float) {
    self.isMirrored = isMirrored
    (shiftX, shiftY) = (shift.x, shift.y)
    (zoomX, zoomY) = (zoom.x, zoom.y)
    self.angle = angle
  }

  /// Draws five numbers, whatever is switched on.
  init(_ settings: Augmentation, _ generator: inout Philox) {
    isMirrored = generator.uniform() < 0.5 && settings.mirror
    shiftX = Float(generator.below(2 * settings.shift + 1) - settings.shift)
    shiftY = Float(generator.below(2 * settings.shift + 1) - settings.shift)
    let zoom = 1 + (2 * generator.uniform() - 1) * Float(settings.scale)
    (zoomX, zoomY) = (zoom, zoom)
    angle = (2 * generator.uniform() - 1) * Float(settings.rotation) * .pi / 180
  }

  /// Writes the image as it looks from there; what lies outside is background.
  func sample(_ image: Span<UInt8>, into output: inout MutableSpan<Float>, at offset: Int) {
    let isWhole = shiftX.rounded() == shiftX && shiftY.rounded() == shiftY
    if zoomX == 1 && zoomY == 1 && angle == 0 && isWhole {
      move(image, into: &output, at: offset)
    } else {
      resample(image, into: &output, at: offset)
    }
  }

  /// Without scale and rotation every pixel is copied unchanged.
  private func move(_ image: Span<UInt8>, into output: inout MutableSpan<Float>, at offset: Int) {
    let edge = Self.edge
    let (right, down) = (Int(shiftX), Int(shiftY))
    for y in 0..<edge {
      for x in 0..<edge {
        let shown = x - right
        let fromX = isMirrored ? edge - 1 - shown : shown
        let fromY = y - down
        let isInside = fromX >= 0 && fromX < edge && fromY >= 0 && fromY < edge
        output[offset + y * edge + x] = isInside ? Float(image[fromY * edge + fromX]) : 0
      }
    }
  }

  /// Bilinear interpolation around the centre.
  private func resample(
    _ image: Span<UInt8>, into output: inout MutableSpan<Float>, at offset: Int
  ) {
    let edge = Self.edge
    let centre = Float(edge - 1) / 2
    let (cosine, sine) = (cos(angle), sin(angle))
    for y in 0..<edge {
      let dy = Float(y) - shiftY - centre
      for x in 0..<edge {
        let dx = Float(x) - shiftX - centre
        let turned = (cosine * dx + sine * dy) / zoomX
        let fromX = centre + (isMirrored ? -turned : turned)
        let fromY = centre + (cosine * dy - sine * dx) / zoomY
        output[offset + y * edge + x] = Self.interpolate(image, fromX, fromY)
      }
    }
  }

  private static func interpolate(_ image: Span<UInt8>, _ x: Float, _ y: Float) -> Float {
    let left = x.rounded(.down)
    let top = y.rounded(.down)
    let column = Int(left)
    let row = Int(top)
    guard column >= -1, column < edge, row >= -1, row < edge else { return 0 }
    func pixel(_ row: Int, _ column: Int) -> Float {
      guard column >= 0, column < edge, row >= 0, row < edge else { return 0 }
      return Float(image[row * edge + column])
    }
    let right = x - left
    let down = y - top
    let above = pixel(row, column) * (1 - right) + pixel(row, column + 1) * right
    let below = pixel(row + 1, column) * (1 - right) + pixel(row + 1, column + 1) * right
    return above * (1 - down) + below * down
  }
}
