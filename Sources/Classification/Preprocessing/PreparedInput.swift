/// A photo in the form that Fashion-MNIST was made in, and what was measured on the way there.
///
/// Preparing again into the same value keeps its memory.
public struct PreparedInput: Sendable, Equatable {
  /// The edge of the input, pixels.
  public static let edge = 28
  /// Pixels in an input.
  public static let pixelCount = edge * edge

  /// 28 x 28 gray values, row after row from the top: 0 is background, 255 the strongest part of
  /// the subject.
  public internal(set) var pixels: [UInt8]
  /// What was seen of the photo.
  public internal(set) var measurements: Measurements

  /// An empty input to prepare into: all background, nothing measured.
  public init() {
    pixels = [UInt8](repeating: 0, count: Self.pixelCount)
    measurements = Measurements()
  }

  /// What the preprocessing saw: the decision policy judges by it, `hangtag explain` shows it.
  public struct Measurements: Sendable, Equatable {
    /// Columns of the reduced picture.
    public var imageWidth = 0
    /// Rows of the reduced picture.
    public var imageHeight = 0
    /// The part of the reduced picture inside a frame or letterbox bars; all of it without them.
    public var content = PixelBox(x: 0, y: 0, width: 0, height: 0)
    /// The background's mean colour over `content`: red, green, blue, 0 to 255.
    public var background = SIMD3<UInt8>(255, 255, 255)
    /// The share of the border that the background explains, 0 to 1. A product on a plain ground
    /// has nearly 1; a cluttered room has little.
    public var borderUniformity: Float = 0
    /// The root mean square distance of the explained border from the background, in levels of 255.
    public var borderNoise: Float = 0
    /// Where the subject is in the reduced picture; nil when there is nothing but background.
    public var subject: PixelBox?
    /// Whether the background is light, so that the picture was negated.
    public var isNegated = true
    /// The strongest difference between subject and background, 0 to 1, before it was stretched.
    public var contrast: Float = 0

    /// Nothing measured yet.
    public init() {}
  }
}
