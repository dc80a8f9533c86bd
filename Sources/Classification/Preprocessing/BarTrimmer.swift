/// Finds the picture inside a frame line or letterbox bars.
///
/// A bar is one colour along the whole of its side and ends at a straight edge: within a pixel or
/// two every pixel of the line is something else. The margin around a product never ends like
/// that, so ordinary photos pass untouched.
enum BarTrimmer {
  /// How far a bar's pixels may lie from its colour, levels of 255 in every channel.
  private static let tolerance = 8
  /// How far the line behind the bar must lie from the bar's colour, levels in some channel.
  private static let step = 15
  /// The share of a bar's line that must be its colour, in percent.
  private static let uniformShare = 97
  /// The share of the line behind it that must not be, in percent.
  private static let brokenShare = 95
  /// Lines between a bar and the picture that scaling and JPEG may have blurred.
  private static let blur = 2
  /// A bar takes at most this share of the picture, in percent.
  private static let deepest = 40

  /// The part of the picture that is no bar.
  static func content(of pixels: Span<UInt8>, width: Int, height: Int) -> PixelBox {
    let rowStep = 3 * width
    let row = Lines(count: height, length: width, first: 0, next: rowStep, along: 3)
    let column = Lines(count: width, length: height, first: 0, next: 3, along: rowStep)
    let top = depth(of: row, in: pixels)
    let bottom = depth(of: row.reversed, in: pixels)
    let left = depth(of: column, in: pixels)
    let right = depth(of: column.reversed, in: pixels)
    return PixelBox(
      x: left, y: top, width: width - left - right, height: height - top - bottom)
  }

  /// The lines of the picture parallel to one side, counted inwards from it.
  private struct Lines {
    var count: Int
    var length: Int
    /// The byte where the first line begins.
    var first: Int
    /// Bytes to the next line inwards.
    var next: Int
    /// Bytes to the next pixel of a line.
    var along: Int

    var reversed: Lines {
      var lines = self
      lines.first = first + (count - 1) * next
      lines.next = -next
      return lines
    }

    /// How many of a line's pixels lie further than `tolerance` from a colour in some channel.
    func strangers(
      line: Int, to colour: SIMD3<Int>, tolerance: Int, in pixels: Span<UInt8>
    ) -> Int {
      var strangers = 0
      var index = first + line * next
      for _ in 0..<length {
        let far =
          abs(Int(pixels[index]) - colour.x) > tolerance
          || abs(Int(pixels[index + 1]) - colour.y) > tolerance
          || abs(Int(pixels[index + 2]) - colour.z) > tolerance
        if far { strangers += 1 }
        index += along
      }
      return strangers
    }
  }

  /// How many lines to cut at a side: the bar with its blurred edge, 0 without a bar.
  private static func depth(of lines: Lines, in pixels: Span<UInt8>) -> Int {
    let middle = lines.first + lines.length / 2 * lines.along
    let colour = SIMD3(
      Int(pixels[middle]), Int(pixels[middle + 1]), Int(pixels[middle + 2]))
    let limit = lines.count * deepest / 100 - blur
    var bar = 0
    while bar <= limit {
      let strangers = lines.strangers(line: bar, to: colour, tolerance: tolerance, in: pixels)
      if 100 * strangers > (100 - uniformShare) * lines.length { break }
      bar += 1
    }
    guard bar > 0 && bar <= limit else { return 0 }
    let behind = lines.strangers(line: bar + blur, to: colour, tolerance: step, in: pixels)
    return 100 * behind >= brokenShare * lines.length ? bar + blur : 0
  }
}
