import Imaging

/// Pictures whose every pixel is known, and the questions that tests ask of decoded ones.
enum Pictures {
  /// Colours that stay apart in gray, too.
  static let red: [UInt8] = [220, 40, 40]
  static let green: [UInt8] = [60, 190, 80]
  static let blue: [UInt8] = [30, 40, 170]
  static let yellow: [UInt8] = [240, 230, 120]

  /// Four quarters: red, green; blue, yellow.
  static func quarters(_ width: Int, _ height: Int) -> RGBImage {
    make(width, height) { x, y in
      switch (x < width / 2, y < height / 2) {
      case (true, true): red
      case (false, true): green
      case (true, false): blue
      case (false, false): yellow
      }
    }
  }

  /// Every pixel differs from its neighbours, in every channel otherwise.
  static func busy(_ width: Int, _ height: Int) -> RGBImage {
    make(width, height) { x, y in
      [
        UInt8(truncatingIfNeeded: x * 7 + y * 3), UInt8(truncatingIfNeeded: x * y),
        UInt8(truncatingIfNeeded: (x ^ y) * 5),
      ]
    }
  }

  static func flat(_ width: Int, _ height: Int, _ level: UInt8 = 128) -> RGBImage {
    RGBImage(
      width: width, height: height,
      pixels: [UInt8](repeating: level, count: 3 * width * height))
  }

  static func make(_ width: Int, _ height: Int, colour: (Int, Int) -> [UInt8]) -> RGBImage {
    let pixels = (0..<height).flatMap { y in (0..<width).flatMap { x in colour(x, y) } }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}

extension RGBImage {
  subscript(x: Int, y: Int) -> [UInt8] {
    let start = 3 * (y * width + x)
    return Array(pixels[start..<start + 3])
  }

  /// The colours in the middle of the four quarters: upper left, upper right, lower left, lower
  /// right.
  var quarters: [[UInt8]] {
    let (left, right) = (width / 4, width - 1 - width / 4)
    let (top, bottom) = (height / 4, height - 1 - height / 4)
    return [self[left, top], self[right, top], self[left, bottom], self[right, bottom]]
  }

  /// The mean of each factor x factor square, in the plainest way; edges have what there is.
  func averaged(by factor: Int) -> RGBImage {
    let newWidth = (width + factor - 1) / factor
    let newHeight = (height + factor - 1) / factor
    return Pictures.make(newWidth, newHeight) { x, y in
      (0..<3).map { channel in
        var (sum, count) = (0, 0)
        for row in y * factor..<min(height, (y + 1) * factor) {
          for column in x * factor..<min(width, (x + 1) * factor) {
            sum += Int(pixels[3 * (row * width + column) + channel])
            count += 1
          }
        }
        return UInt8((Double(sum) / Double(count)).rounded())
      }
    }
  }

  /// The largest difference of any sample; nil where the sizes differ.
  func greatestDifference(from other: RGBImage) -> Int? {
    guard width == other.width, height == other.height else { return nil }
    return zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }
}

/// Whether two lists of colours agree up to a difference a sample.
func areClose(_ colours: [[UInt8]], _ wanted: [[UInt8]], within tolerance: Int) -> Bool {
  zip(colours.joined(), wanted.joined()).allSatisfy { abs(Int($0) - Int($1)) <= tolerance }
}
