/// An 8-bit RGB picture.
///
/// Decoding again into the same value keeps its memory.
public struct RGBImage: Sendable, Equatable {
  /// Pixels.
  public private(set) var width: Int
  /// Pixels.
  public private(set) var height: Int
  /// Red, green, blue of each pixel, row after row from the top: 3 * width * height bytes.
  public internal(set) var pixels: [UInt8]

  /// An empty picture to decode into.
  public init() {
    width = 0
    height = 0
    pixels = []
  }

  /// A picture of the given pixels, 3 * width * height bytes.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width >= 0 && height >= 0 && pixels.count == 3 * width * height,
      "an RGB picture has 3 bytes a pixel")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Changes the size; what the pixels are then is not defined.
  mutating func resize(width: Int, height: Int) {
    self.width = width
    self.height = height
    let count = 3 * width * height
    if pixels.capacity < count {
      // Anew, and not before the old memory is free: an array that grows takes twice as much.
      pixels = []
      pixels = [UInt8](repeating: 0, count: count)
    } else if pixels.count < count {
      pixels.append(contentsOf: repeatElement(0, count: count - pixels.count))
    } else {
      pixels.removeLast(pixels.count - count)
    }
  }
}
