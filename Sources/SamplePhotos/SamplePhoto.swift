import Imaging

/// Draws Fashion-MNIST articles as a shop would photograph them: the way back from the data set's
/// 28x28 negatives to pictures on white.
public enum SamplePhoto {
  /// How the studio looks.
  public struct Style: Sendable, Equatable {
    /// Red, green, blue of the paper behind the article.
    public var background: SIMD3<Float> = [253, 253, 252]
    /// How much of each colour the article swallows at full strength, 0 to 1.
    public var ink: SIMD3<Float> = [0.93, 0.96, 0.99]
    /// Empty border, as a part of the shorter edge.
    public var margin: Float = 0.08
    /// How much a soft shadow darkens the paper, 0 to 1.
    public var shadow: Float = 0.04
    /// The sensor's noise: the largest deviation in levels.
    public var noise: Float = 1.5

    /// A white studio.
    public init() {}

    /// One of many studios: other paper, other tints, other margins; the same for the same seed.
    public init(seed: UInt64) {
      var generator = SeededGenerator(seed: seed)
      let paper = Float.random(in: 248...255, using: &generator)
      background = [paper, paper - .random(in: 0...1, using: &generator), paper - 1]
      ink = SIMD3(
        .random(in: 0.86...1, using: &generator), .random(in: 0.86...1, using: &generator),
        .random(in: 0.86...1, using: &generator))
      margin = .random(in: 0.03...0.15, using: &generator)
      shadow = .random(in: 0...0.045, using: &generator)
      noise = .random(in: 0.5...2, using: &generator)
    }
  }

  /// Draws an article.
  ///
  /// - Parameter article: 28 x 28 bytes as Fashion-MNIST stores them: 0 is background, bright is
  ///   where the article was dark. It is enlarged smoothly, negated, tinted, and put with its
  ///   shadow in the middle of a picture of the given size.
  /// - Parameter seed: for the noise; the same picture comes of the same seed.
  public static func render(
    article: [UInt8], width: Int, height: Int, style: Style = Style(), seed: UInt64 = 0
  ) -> RGBImage {
    precondition(article.count == 28 * 28, "a Fashion-MNIST article has 28 x 28 bytes")
    let edge = Float(min(width, height)) * (1 - 2 * style.margin)
    let strength = Plane(width: 28, height: 28, values: article.map { Float($0) / 255 })
    // The shadow reaches beyond the article: 8 more cells on each side.
    let reach = 8
    let padded = strength.padded(by: reach)
    let outline = Plane(
      width: padded.width, height: padded.height, values: padded.values.map { min(1, $0 * 4) })
    let size = Int((edge * Float(28 + 2 * reach) / 28).rounded())
    let layers = Layers(
      article: padded.enlarged(width: size, height: size),
      shadow: outline.blurred(radius: 1, passes: 3).enlarged(width: size, height: size),
      left: (width - size) / 2, top: (height - size) / 2,
      // Light comes from the upper left.
      shadowOffset: size / 60)
    return layers.drawn(width: width, height: height, style: style, seed: seed)
  }
}

/// The article and its shadow at their final size, and where they lie in the picture.
private struct Layers {
  var article: Plane
  var shadow: Plane
  var left: Int
  var top: Int
  var shadowOffset: Int

  func drawn(width: Int, height: Int, style: SamplePhoto.Style, seed: UInt64) -> RGBImage {
    var generator = SeededGenerator(seed: seed)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * width * height)
    for y in 0..<height {
      for x in 0..<width {
        let strength = value(of: article, x - left, y - top)
        let shade = value(of: shadow, x - left - shadowOffset, y - top - shadowOffset)
        let paper = style.background * (1 - style.shadow * shade)
        let colour = paper * (1 - style.ink * strength)
        // A byte of randomness a channel, on -noise...noise.
        var bits = generator.next()
        for channel in 0..<3 {
          let noise = (Float(bits & 0xFF) / 127.5 - 1) * style.noise
          bits >>= 8
          pixels.append(UInt8(max(0, min(255, (colour[channel] + noise).rounded()))))
        }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// 0 to 1, also where the spline overshoots; 0 outside.
  private func value(of plane: Plane, _ x: Int, _ y: Int) -> Float {
    guard x >= 0, y >= 0, x < plane.width, y < plane.height else { return 0 }
    return max(0, min(1, plane.values[y * plane.width + x]))
  }
}
