import Imaging

/// Brings a photo to the 28 x 28 gray form that Fashion-MNIST was made in.
///
/// Xiao et al. 2017 (figure 1) did this to Zalando's photos: trim the edges whose colour is within
/// 5% of the corners', resize to a longest edge of 28, sharpen, pad to a square, negate, 8-bit gray.
/// Here, for photos of every shop:
/// 1. a frame or letterbox bars are cut off (``BarTrimmer``);
/// 2. the background is estimated all around the border, as a colour that may drift softly over
///    the picture (``BackgroundEstimator``);
/// 3. edges within 6% of the background are trimmed (``SubjectFinder``);
/// 4. what remains becomes its distance from the background, which is the negation on a light
///    ground and none on a dark one, averaged to a longest edge of 28 (``DeviationResampler``);
/// 5. it is sharpened, stretched to the full range and centred (``ToneFinisher``).
///
/// Serving and training share this code: a model file names the ``version`` it was made for.
/// The arithmetic is IEEE addition, multiplication, division and square root in a fixed order, so
/// every machine gets the same input. All memory is reused: once warm, a photo allocates nothing.
public struct Preprocessor: ~Copyable {
  /// The version of this preprocessing that model files name. It changes whenever a change here
  /// would make a model see different inputs from those it was trained or calibrated on.
  public static let version = 1

  private var estimator = BackgroundEstimator()
  private var finder = SubjectFinder()
  private var resampler = DeviationResampler()
  private var finisher = ToneFinisher()

  /// A preprocessor, for one thread at a time.
  public init() {}

  /// The input for a photo.
  ///
  /// - Parameter image: a reduced, upright picture as `ImageDecoder` makes it.
  public mutating func prepare(_ image: RGBImage) -> PreparedInput {
    var input = PreparedInput()
    prepare(image, into: &input)
    return input
  }

  /// The input for a photo, into memory that is reused.
  ///
  /// - Parameters:
  ///   - image: a reduced, upright picture as `ImageDecoder` makes it.
  ///   - input: becomes the input; what it held before has no influence.
  public mutating func prepare(_ image: RGBImage, into input: inout PreparedInput) {
    let pixels = image.pixels.span
    var seen = PreparedInput.Measurements()
    seen.imageWidth = image.width
    seen.imageHeight = image.height
    guard image.width > 0 && image.height > 0 else {
      finisher.clear(&input.pixels)
      input.measurements = seen
      return
    }

    let content = BarTrimmer.content(of: pixels, width: image.width, height: image.height)
    let estimate = estimator.estimate(pixels, imageWidth: image.width, content: content)
    seen.content = content
    seen.background = estimate.model.meanColour
    seen.borderUniformity = estimate.uniformity
    seen.borderNoise = estimate.noise
    seen.isNegated = estimate.model.isLight
    seen.subject = finder.find(
      in: pixels, imageWidth: image.width, background: estimate.model, noise: estimate.noise)
    if let subject = seen.subject {
      resampler.resample(
        pixels, imageWidth: image.width, subject: subject, background: estimate.model,
        noise: estimate.noise)
      seen.contrast = finisher.finish(resampler, into: &input.pixels)
    } else {
      finisher.clear(&input.pixels)
    }
    input.measurements = seen
  }
}
