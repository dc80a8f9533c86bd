import CPixels

/// Trims the edges that are background.
///
/// A row or column belongs to the subject when enough of its pixels differ from the background.
/// Two tolerances look at once: the ordinary one, and a sharper one for a light garment on white,
/// of which the ordinary one sees nothing, or only a label or a button.
struct SubjectFinder {
  /// The sharper tolerance on a perfectly calm ground: 2% of the range.
  private static let sharpTolerance: Float = 0.02 * 255
  /// On a noisy ground the sharper tolerance is this many times the noise.
  private static let noiseFactor: Float = 3
  /// The share of a row's or column's pixels that must differ: 1 in this many. Fewer are dust.
  private static let dust = 200
  /// The sharper tolerance's box is taken where it is this many times as large. An ordinary
  /// subject's is at most 1.9 times as large, by its shadow or uneven light (`tune` photos).
  private static let hiddenFactor = 3
  /// The share of the sharper tolerance's box that must differ: 1 in this many. A garment fills its
  /// box; unevenness of the ground does not.
  private static let fill = 5

  private var ordinary = Profile()
  private var sharp = Profile()

  /// Where the subject is, nil when there is nothing but background.
  ///
  /// - Parameters:
  ///   - pixels: RGB, rows of `imageWidth`.
  ///   - background: the background; only its content is searched.
  ///   - noise: the border's root mean square distance from it, levels of 255.
  mutating func find(
    in pixels: Span<UInt8>, imageWidth: Int, background: BackgroundModel, noise: Float
  ) -> PixelBox? {
    let content = background.content
    let wide = BackgroundEstimator.tolerance
    let narrow = min(wide, max(Self.sharpTolerance, Self.noiseFactor * noise))
    ordinary.clear(columns: content.width)
    sharp.clear(columns: content.width)
    for row in content.y..<content.y + content.height {
      Self.count(
        row, of: pixels, imageWidth: imageWidth, against: background,
        narrow: narrow, wide: wide, sharp: &sharp, ordinary: &ordinary)
    }
    return chosen(in: content)
  }

  /// Counts one row's pixels beyond each tolerance.
  private static func count(
    _ row: Int, of pixels: Span<UInt8>, imageWidth: Int, against background: BackgroundModel,
    narrow: Float, wide: Float, sharp: inout Profile, ordinary: inout Profile
  ) {
    let content = background.content
    let start = 3 * (row * imageWidth + content.x)
    let line = pixels.extracting(start..<start + 3 * content.width)
    var colours = background.along(row: row, from: content.x)
    var beyond: (narrow: Int32, wide: Int32) = (0, 0)
    unsafe line.withUnsafeBufferPointer { line in
      unsafe sharp.columns.withUnsafeMutableBufferPointer { sharpColumns in
        unsafe ordinary.columns.withUnsafeMutableBufferPointer { ordinaryColumns in
          unsafe pixels_count_beyond(
            line.baseAddress, content.width, &colours, narrow * narrow, wide * wide,
            sharpColumns.baseAddress, ordinaryColumns.baseAddress, &beyond.narrow, &beyond.wide)
        }
      }
    }
    sharp.rows.append(beyond.narrow)
    ordinary.rows.append(beyond.wide)
  }

  private func chosen(in content: PixelBox) -> PixelBox? {
    let seen = ordinary.box(in: content, dust: Self.dust)
    guard let hidden = sharp.box(in: content, dust: Self.dust) else { return seen }
    let isFilled = sharp.total * Self.fill >= hidden.area
    guard let seen else { return isFilled ? hidden : nil }
    return isFilled && hidden.area >= Self.hiddenFactor * seen.area ? hidden : seen
  }

  /// How many pixels of each row and column differ from the background.
  private struct Profile {
    var columns: [Int32] = []
    var rows: [Int32] = []

    mutating func clear(columns count: Int) {
      columns.removeAll(keepingCapacity: true)
      columns.append(contentsOf: repeatElement(0, count: count))
      rows.removeAll(keepingCapacity: true)
    }

    /// All differing pixels.
    var total: Int { rows.reduce(0) { $0 + Int($1) } }

    /// The rectangle of the rows and columns that are more than dust.
    func box(in content: PixelBox, dust: Int) -> PixelBox? {
      let enoughInRow = Int32((content.width + dust - 1) / dust)
      let enoughInColumn = Int32((content.height + dust - 1) / dust)
      guard
        let left = columns.firstIndex(where: { $0 >= enoughInColumn }),
        let right = columns.lastIndex(where: { $0 >= enoughInColumn }),
        let top = rows.firstIndex(where: { $0 >= enoughInRow }),
        let bottom = rows.lastIndex(where: { $0 >= enoughInRow })
      else { return nil }
      return PixelBox(
        x: content.x + left, y: content.y + top, width: right - left + 1,
        height: bottom - top + 1)
    }
  }
}
