import Glibc

/// Where each pixel of a varied image comes from: mirror, shift, scale and rotation in one step,
/// so that an image is resampled once.
struct Geometry {
  private static let edge = ImageSet.edge

  private let isMirrored: Bool
  private let shiftX: Int
  private let shiftY: Int
  private let zoom: Float
  /// Radians.
  private let angle: Float

  /// Draws five numbers, whatever is switched on.
  init(_ settings: Augmentation, _ generator: inout Philox) {
    isMirrored = generator.uniform() < 0.5 && settings.mirror
    shiftX = generator.below(2 * settings.shift + 1) - settings.shift
    shiftY = generator.below(2 * settings.shift + 1) - settings.shift
    zoom = 1 + (2 * generator.uniform() - 1) * Float(settings.scale)
    angle = (2 * generator.uniform() - 1) * Float(settings.rotation) * .pi / 180
  }

  /// Writes the image as it looks from there; what lies outside is background.
  func sample(_ image: Span<UInt8>, into output: inout MutableSpan<Float>, at offset: Int) {
    if zoom == 1 && angle == 0 {
      move(image, into: &output, at: offset)
    } else {
      resample(image, into: &output, at: offset)
    }
  }

  /// Without scale and rotation every pixel is copied unchanged.
  private func move(_ image: Span<UInt8>, into output: inout MutableSpan<Float>, at offset: Int) {
    let edge = Self.edge
    for y in 0..<edge {
      for x in 0..<edge {
        let shown = x - shiftX
        let fromX = isMirrored ? edge - 1 - shown : shown
        let fromY = y - shiftY
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
    let cosine = cos(angle) / zoom
    let sine = sin(angle) / zoom
    for y in 0..<edge {
      let dy = Float(y - shiftY) - centre
      for x in 0..<edge {
        let dx = Float(x - shiftX) - centre
        let turned = cosine * dx + sine * dy
        let fromX = centre + (isMirrored ? -turned : turned)
        let fromY = centre + cosine * dy - sine * dx
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
