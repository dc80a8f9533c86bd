import Glibc

/// Varies images. What becomes of an image depends on the settings, the seed, the epoch and the image's
/// index alone.
struct Augmenter: Sendable {
  private static let edge = ImageSet.edge
  static let largest: Float = 255

  let settings: Augmentation
  let seed: UInt64

  /// Writes the variant of an image, gray values 0 to 255.
  ///
  /// - Parameters:
  ///   - image: `[28, 28]`.
  ///   - subject: What the image shows, as far as wearing it goes.
  ///   - output: Takes 784 values from `offset` on.
  func augment(
    _ image: Span<UInt8>, showing subject: Subject = .other, epoch: Int, index: Int,
    into output: inout MutableSpan<Float>, at offset: Int
  ) {
    var generator = Philox(seed: seed, .augmentation, epoch: epoch, item: index)
    let geometry = Geometry(settings, &generator)
    let tone = Tone(settings, &generator)
    if settings.photoLike > 0, generator.uniform() < Float(settings.photoLike) {
      let variation = PhotoVariation(settings, subject: subject, &generator)
      variation.apply(image, into: &output, at: offset)
    } else {
      geometry.sample(image, into: &output, at: offset)
      tone?.apply(to: &output, at: offset)
    }
    erase(&output, at: offset, &generator)
  }

  /// The tone curve of one image: v^gamma * gain, clipped.
  struct Tone {
    let gamma: Float
    let gain: Float

    /// Always draws twice.
    init?(_ settings: Augmentation, _ generator: inout Philox) {
      self.init(strength: Float(settings.tone), &generator)
    }

    init?(strength: Float, _ generator: inout Philox) {
      gamma = exp((2 * generator.uniform() - 1) * strength)
      gain = 1 + (2 * generator.uniform() - 1) * strength
      if strength == 0 { return nil }
    }

    func apply(to output: inout MutableSpan<Float>, at offset: Int) {
      for index in offset..<offset + ImageSet.pixelCount where output[index] > 0 {
        let level = pow(output[index] / Augmenter.largest, gamma) * gain
        output[index] = min(max(level, 0), 1) * Augmenter.largest
      }
    }
  }

  private func erase(
    _ output: inout MutableSpan<Float>, at offset: Int, _ generator: inout Philox
  ) {
    guard generator.uniform() < Float(settings.erasing) else { return }
    let range = settings.erasingMaximum - settings.erasingMinimum + 1
    let width = settings.erasingMinimum + generator.below(range)
    let height = settings.erasingMinimum + generator.below(range)
    let left = generator.below(Self.edge - width + 1)
    let top = generator.below(Self.edge - height + 1)
    for y in top..<top + height {
      for x in left..<left + width {
        output[offset + y * Self.edge + x] = generator.uniform() * Self.largest
      }
    }
  }
}
