/// What a photo is, as opposed to the reduced picture made of it.
public struct ImageInfo: Sendable, Equatable {
  /// By content, whatever the file's name says.
  public var format: ImageFormat
  /// Pixels, full size, after the Exif orientation.
  public var width: Int
  /// Pixels, full size, after the Exif orientation.
  public var height: Int

  /// The three facts together.
  public init(format: ImageFormat, width: Int, height: Int) {
    self.format = format
    self.width = width
    self.height = height
  }
}
