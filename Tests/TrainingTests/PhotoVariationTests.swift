import Testing

@testable import Training

@Suite struct PhotoVariationTests {
  /// A garment that fills the picture.
  private static let garment: [UInt8] = (0..<784).map { place in
    (6..<22).contains(place % 28) && (1..<27).contains(place / 28) ? 200 : 0
  }

  private func varied(
    _ subject: Subject, index: Int, wearer: Double = 0, clutter: Double = 0, share: Double = 1
  ) -> [Float] {
    var settings = Augmentation()
    settings.photoLike = share
    settings.wearer = wearer
    settings.clutter = clutter
    var output = [Float](repeating: -1, count: 784)
    var span = output.mutableSpan
    let garment = Self.garment
    Augmenter(settings: settings, seed: 11).augment(
      garment.span, showing: subject, epoch: 2, index: index, into: &span, at: 0)
    return output
  }

  private func area(_ image: [Float], rows: Range<Int>) -> Int {
    image.indices.count { rows.contains($0 / 28) && image[$0] > 12 }
  }

  @Test func levelsStayGrayValues() {
    for index in 0..<200 {
      let image = varied(.top(hasShortSleeves: true), index: index, wearer: 0.5, clutter: 0.5)
      #expect(image.allSatisfy { (0...255).contains($0) })
    }
  }

  @Test func theSameImageOfTheSameEpochIsVariedInTheSameWay() {
    #expect(
      varied(.dress, index: 3, wearer: 1, clutter: 1)
        == varied(.dress, index: 3, wearer: 1, clutter: 1))
    #expect(varied(.dress, index: 3, wearer: 1) != varied(.dress, index: 4, wearer: 1))
  }

  @Test func onlyTheGivenShareIsVaried() {
    let original = Self.garment.map { Float($0) }
    let kept = (0..<400).count { varied(.other, index: $0, share: 0.35) == original }
    // Five standard deviations of 65% of 400: 48.
    #expect(abs(kept - 260) < 48)
  }

  @Test func aWearerStandsAboveAndBelowWhatIsWorn() {
    let images = (0..<100).map { varied(.top(hasShortSleeves: false), index: $0, wearer: 1) }
    // Most have a head: less of the upper rows is covered than of the garment's, but something is.
    let heads = images.count { (1..<40).contains(area($0, rows: 0..<4)) }
    #expect(heads > 60)
    let legs = images.count { area($0, rows: 26..<28) > 4 }
    #expect(legs > 60)
  }

  @Test func nobodyWearsABag() {
    for index in 0..<20 {
      #expect(varied(.other, index: index, wearer: 1) == varied(.other, index: index))
    }
  }

  @Test func anUnevenGroundShowsAroundTheSubject() {
    let corners = (0..<100).count { index in
      let image = varied(.other, index: index, clutter: 1)
      return [0, 27, 756, 783].contains { image[$0] > 12 }
    }
    #expect(corners > 70)
    #expect((0..<100).allSatisfy { varied(.other, index: $0)[0] == 0 })
  }

  @Test(arguments: [
    ("T-shirt/top", Subject.top(hasShortSleeves: true)),
    ("Coat", .top(hasShortSleeves: false)), ("Dress", .dress), ("Trouser", .trousers),
    ("Sneaker", .other), ("lamp", .other),
  ])
  func categoriesAreKnownByTheirNames(label: String, subject: Subject) {
    #expect(Subject(label: label) == subject)
  }
}
