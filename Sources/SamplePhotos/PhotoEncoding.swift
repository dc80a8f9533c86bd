import Imaging

/// A file format with its options.
public enum PhotoEncoding: Sendable, Equatable {
  /// A JPEG.
  case jpeg(JPEGEncoding)
  /// A PNG.
  case png(PNGEncoding)

  /// The whole file.
  public func encode(_ image: RGBImage) -> [UInt8] {
    switch self {
    case .jpeg(let encoding): encoding.encode(image)
    case .png(let encoding): encoding.encode(image)
    }
  }

  /// "jpg" or "png".
  public var fileExtension: String {
    switch self {
    case .jpeg: "jpg"
    case .png: "png"
    }
  }
}
