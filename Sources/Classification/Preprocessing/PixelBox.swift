/// A rectangle of whole pixels; `y` grows downwards.
public struct PixelBox: Sendable, Equatable {
  /// The leftmost column.
  public var x: Int
  /// The topmost row.
  public var y: Int
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int

  /// A rectangle from its top left corner and size.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Pixels.
  public var area: Int { width * height }

  /// The longer of width and height, pixels.
  public var longestEdge: Int { max(width, height) }
}
