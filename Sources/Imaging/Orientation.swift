/// How a stored picture has to be turned to be upright: Exif tag 274.
enum Orientation: UInt8, CaseIterable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case flipped = 4
  case transposed = 5
  case turnedLeft = 6
  case transversed = 7
  case turnedRight = 8

  /// Whether width and height change places.
  var swapsEdges: Bool { rawValue >= 5 }

  /// Where the stored pixel (0, 0) lies in the upright picture, and the way from it to its right
  /// and lower neighbours, counted in pixels. `width` and `height` are the stored picture's.
  func walk(width: Int, height: Int) -> (start: Int, right: Int, down: Int) {
    let count = width * height
    switch self {
    case .upright: return (0, 1, width)
    case .mirrored: return (width - 1, -1, width)
    case .upsideDown: return (count - 1, -1, -width)
    case .flipped: return (count - width, 1, -width)
    case .transposed: return (0, height, 1)
    case .turnedLeft: return (height - 1, height, -1)
    case .transversed: return (count - 1, -height, -1)
    case .turnedRight: return (count - height, -height, 1)
    }
  }
}

extension RGBImage {
  /// Becomes `stored`, turned upright.
  mutating func turn(_ stored: RGBImage, by orientation: Orientation) {
    let (width, height) = (stored.width, stored.height)
    if orientation.swapsEdges {
      resize(width: height, height: width)
    } else {
      resize(width: width, height: height)
    }
    let walk = orientation.walk(width: width, height: height)
    let source = stored.pixels.span
    var upright = pixels.mutableSpan
    var from = 0
    for y in 0..<height {
      var to = 3 * (walk.start + y * walk.down)
      for _ in 0..<width {
        upright[to] = source[from]
        upright[to + 1] = source[from + 1]
        upright[to + 2] = source[from + 2]
        from += 3
        to += 3 * walk.right
      }
    }
  }
}
