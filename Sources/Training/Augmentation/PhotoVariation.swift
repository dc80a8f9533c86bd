/// Varies an image of Fashion-MNIST as the photos of other shops differ from it: other proportions,
/// a turn, another tone curve, a wrong trim, a wearer, an uneven ground.
struct PhotoVariation {
  private let geometry: Geometry
  private let tone: Augmenter.Tone?
  private let wearer: Wearer?
  private let ground: Ground?

  init(_ settings: Augmentation, subject: Subject, _ generator: inout Philox) {
    func random(_ range: ClosedRange<Float>) -> Float {
      range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()
    }
    let isMirrored = random(0...1) < 0.5 && settings.mirror
    let angle = random(-8...8) * .pi / 180
    let shift = SIMD2(random(-2...2), random(-2...2))
    let proportion = random(0.8...1.2)
    let zoom = random(0.75...1.05)
    tone = Augmenter.Tone(strength: 0.4, &generator)
    let isWorn = random(0...1) < Float(settings.wearer)
    wearer = isWorn ? Wearer(of: subject, &generator) : nil
    let isCluttered = random(0...1) < Float(settings.clutter)
    ground = isCluttered ? Ground(&generator) : nil
    if let wearer {
      let rows = wearer.garmentRows
      let height = (rows.upperBound - rows.lowerBound) / Float(ImageSet.edge)
      let middle = (rows.lowerBound + rows.upperBound) / 2 - Float(ImageSet.edge - 1) / 2
      geometry = Geometry(
        isMirrored: isMirrored, shift: [shift.x / 2, middle],
        zoom: [wearer.garmentZoom, height], angle: angle / 2)
    } else {
      geometry = Geometry(
        isMirrored: isMirrored, shift: shift,
        zoom: [zoom * min(proportion, 1), zoom / max(proportion, 1)],
        angle: angle)
    }
  }

  /// Writes the varied image, gray values 0 to 255, from `offset` on.
  func apply(_ image: Span<UInt8>, into output: inout MutableSpan<Float>, at offset: Int) {
    geometry.sample(image, into: &output, at: offset)
    tone?.apply(to: &output, at: offset)
    guard wearer != nil || ground != nil else { return }
    var canvas = Canvas()
    ground?.draw(on: &canvas)
    wearer?.draw(on: &canvas)
    // Fashion-MNIST has no transparency: from this level on a pixel is taken to be all garment.
    let opaque: Float = 40
    for (index, behind) in canvas.levels.enumerated() {
      let level = output[offset + index]
      let seen = behind * Augmenter.largest * (1 - min(level / opaque, 1))
      output[offset + index] = min(level + seen, Augmenter.largest)
    }
  }
}
