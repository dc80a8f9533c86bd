import CPixels

/// Turns the subject into its gray distance from the background, averaged to a longest edge of 28.
///
/// The distance is that of the luma, as a share of the way from the background to black (light
/// ground: this is the negation) or to white (dark ground: no negation). It counts in both
/// directions, so that a white shirt on a gray ground is no hole. The background itself becomes 0
/// everywhere, also where it drifts.
struct DeviationResampler {
  /// What the noise may leave of the background is cut off at this many times its size...
  private static let noiseFactor: Float = 2
  /// ...but at least one level, for rounding, and at most 3%, to leave faint garments alone.
  private static let cutRange: ClosedRange<Float> = 1...(0.03 * 255)

  /// Columns of the result, 1 to 28.
  private(set) var width = 0
  /// Rows of the result, 1 to 28.
  private(set) var height = 0
  /// `width` * `height` values, 0 to 255.
  private(set) var values = [Float](repeating: 0, count: PreparedInput.pixelCount)
  /// Rows that are averaged together.
  private static let rowsAtOnce = Int(PIXELS_ROWS)
  /// Some rows, averaged: `width` values each.
  private var lines = [Float](repeating: 0, count: rowsAtOnce * PreparedInput.edge)
  /// The same rows before they are averaged.
  private var deviations: [Float] = []

  /// Fills `values`.
  ///
  /// - Parameters:
  ///   - pixels: RGB, rows of `imageWidth`.
  ///   - subject: the rectangle to take.
  ///   - noise: the border's root mean square distance from the background, levels of 255.
  mutating func resample(
    _ pixels: Span<UInt8>, imageWidth: Int, subject: PixelBox, background: BackgroundModel,
    noise: Float
  ) {
    width = Self.cells(subject.width, longest: subject.longestEdge)
    height = Self.cells(subject.height, longest: subject.longestEdge)
    for i in 0..<width * height { values[i] = 0 }
    let cut = min(max(Self.noiseFactor * noise, Self.cutRange.lowerBound), Self.cutRange.upperBound)
    deviations.removeAll(keepingCapacity: true)
    deviations.append(contentsOf: repeatElement(0, count: Self.rowsAtOnce * subject.width))
    var rowShares = AreaShares(pixels: subject.height, cells: height)
    for first in stride(from: 0, to: subject.height, by: Self.rowsAtOnce) {
      let rows = min(Self.rowsAtOnce, subject.height - first)
      for row in 0..<rows {
        let y = subject.y + first + row
        let start = 3 * (y * imageWidth + subject.x)
        measure(
          pixels.extracting(start..<start + 3 * subject.width),
          background: background.along(row: y, from: subject.x), cut: cut, as: row)
      }
      average(rows: rows, of: subject.width)
      for row in 0..<rows {
        rowShares.beginPixel()
        while let (cell, share) = rowShares.next() {
          let weight = Float(share)
          for i in 0..<width { values[cell * width + i] += weight * lines[row * width + i] }
        }
      }
    }
    let scale = 1 / (Float(subject.width) * Float(subject.height))
    for i in 0..<width * height { values[i] *= scale }
  }

  /// The deviations of one row of the subject's pixels.
  private mutating func measure(
    _ pixels: Span<UInt8>, background: pixels_background, cut: Float, as row: Int
  ) {
    var background = background
    let count = pixels.count / 3
    unsafe pixels.withUnsafeBufferPointer { pixels in
      unsafe deviations.withUnsafeMutableBufferPointer { deviations in
        let target = deviations.extracting(row * count..<(row + 1) * count)
        unsafe pixels_deviations(pixels.baseAddress, count, &background, cut, target.baseAddress)
      }
    }
  }

  /// Averages the first rows of `deviations`, of so many pixels, into `lines`.
  private mutating func average(rows: Int, of count: Int) {
    let width = width
    unsafe deviations.withUnsafeBufferPointer { deviations in
      unsafe lines.withUnsafeMutableBufferPointer { lines in
        unsafe pixels_sum_cells(
          deviations.baseAddress, rows, count, lines.baseAddress, width)
      }
    }
  }

  /// The rounded number of cells for an edge, where the longest becomes 28.
  private static func cells(_ edge: Int, longest: Int) -> Int {
    max(1, (2 * PreparedInput.edge * edge + longest) / (2 * longest))
  }
}

/// Deals pixels out to cells by the exact area they share (box filter), in whole numbers: `pixels`
/// pixels of `cells` units each fill `cells` cells of `pixels` units each.
private struct AreaShares {
  private let cellSize: Int
  private let pixelSize: Int
  private var cell = 0
  private var leftInCell: Int
  private var leftInPixel = 0

  init(pixels: Int, cells: Int) {
    cellSize = pixels
    pixelSize = cells
    leftInCell = pixels
  }

  /// Goes on to the next pixel.
  mutating func beginPixel() { leftInPixel = pixelSize }

  /// The next cell the pixel touches, and their common units.
  mutating func next() -> (cell: Int, share: Int)? {
    guard leftInPixel > 0 else { return nil }
    let share = min(leftInPixel, leftInCell)
    let current = cell
    leftInPixel -= share
    leftInCell -= share
    if leftInCell == 0 {
      cell += 1
      leftInCell = cellSize
    }
    return (current, share)
  }
}
