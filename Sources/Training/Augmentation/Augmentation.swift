/// How training images are varied. Every part is off at its default.
public struct Augmentation: Sendable, Equatable {
  /// Half of the images are mirrored left to right.
  public var mirror = false
  /// The most pixels by which an image moves, each way; whole ones.
  public var shift = 0
  /// The most by which an image grows or shrinks: 0.1 is from 0.9 to 1.1 of its size.
  public var scale = 0.0
  /// The most degrees by which an image turns, each way.
  public var rotation = 0.0
  /// The strength of the change of the tone curve: the gamma lies from e^-tone to e^tone, the gain
  /// from 1 - tone to 1 + tone.
  public var tone = 0.0
  /// The probability that a rectangle of random gray values covers a part of an image (Zhong et
  /// al. 2017).
  public var erasing = 0.0
  /// The rectangle's least edge, pixels.
  public var erasingMinimum = 3
  /// The rectangle's largest edge, pixels.
  public var erasingMaximum = 10

  /// The share of the images that are varied, further, as the photos of shops differ from those that
  /// Fashion-MNIST was made of: see ``PhotoVariation``.
  public var photoLike = 0.0
  /// Of those, the share of garments that somebody wears.
  public var wearer = 0.5
  /// Of those, the share that lies on an uneven ground.
  public var clutter = 0.5

  /// No augmentation.
  public init() {}
}
