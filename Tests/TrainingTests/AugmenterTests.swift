import Testing

@testable import Training

@Suite struct AugmenterTests {
  /// A picture that no mirror, shift or turn leaves as it is.
  private static let picture: [UInt8] = (0..<784).map { place in
    let (x, y) = (place % 28, place / 28)
    return (8..<20).contains(x) && (6..<22).contains(y) ? UInt8(100 + x * 5 + y % 3) : 0
  }

  private func augment(
    _ change: (inout Augmentation) -> Void, epoch: Int = 0, index: Int = 0
  ) -> [Float] {
    var settings = Augmentation()
    change(&settings)
    var output = [Float](repeating: -1, count: 784)
    var span = output.mutableSpan
    let picture = Self.picture
    Augmenter(settings: settings, seed: 3).augment(
      picture.span, epoch: epoch, index: index, into: &span, at: 0)
    return output
  }

  private var original: [Float] { Self.picture.map { Float($0) } }

  private var mirrored: [Float] {
    (0..<784).map { original[$0 / 28 * 28 + 27 - $0 % 28] }
  }

  @Test func withoutAnyPartAnImageStaysAsItIs() {
    for index in 0..<20 { #expect(augment({ _ in }, index: index) == original) }
  }

  @Test func aboutHalfAreMirrored() {
    let variants = (0..<200).map { augment({ $0.mirror = true }, index: $0) }
    let count = variants.count { $0 == mirrored }
    #expect(variants.allSatisfy { $0 == mirrored || $0 == original })
    // Five standard deviations of half of 200: 35.
    #expect(abs(count - 100) < 35)
  }

  @Test func shiftsMoveWholePixelsBothWays() {
    var seen: Set<Int> = []
    for index in 0..<100 {
      let variant = augment({ $0.shift = 2 }, index: index)
      let left = (0..<28).first { x in (0..<28).contains { variant[$0 * 28 + x] > 0 } } ?? -1
      seen.insert(left - 8)
      #expect(variant.reduce(0, +) == original.reduce(0, +))
    }
    #expect(seen == [-2, -1, 0, 1, 2])
  }

  @Test func scaleChangesTheAreaBothWays() {
    let areas = (0..<50).map { augment({ $0.scale = 0.2 }, index: $0).count { $0 > 60 } }
    let area = original.count { $0 > 60 }
    #expect(areas.contains { $0 < area - 10 } && areas.contains { $0 > area + 10 })
    #expect(areas.allSatisfy { Double($0) > 0.6 * Double(area) && Double($0) < 1.5 * Double(area) })
  }

  @Test func rotationKeepsTheLightAndTheCentre() {
    let sum = original.reduce(0, +)
    for index in 0..<20 {
      let variant = augment({ $0.rotation = 15 }, index: index)
      #expect(variant != original)
      #expect(abs(variant.reduce(0, +) - sum) < 0.01 * sum)
    }
  }

  @Test func toneKeepsTheBackgroundAndTheRange() {
    for index in 0..<20 {
      let variant = augment({ $0.tone = 0.5 }, index: index)
      #expect(zip(variant, original).allSatisfy { ($0 > 0) == ($1 > 0) })
      #expect(variant.allSatisfy { (0...255).contains($0) })
      #expect(variant != original)
    }
  }

  @Test func erasingCoversOneRectangleOfAllowedSize() {
    var erased = 0
    for index in 0..<100 {
      let variant = augment({ $0.erasing = 0.5 }, index: index)
      let changed = (0..<784).filter { variant[$0] != original[$0] }
      guard let first = changed.first, let last = changed.last else { continue }
      erased += 1
      let columns = changed.map { $0 % 28 }
      let width = (columns.max() ?? 0) - (columns.min() ?? 0) + 1
      #expect((3...10).contains(last / 28 - first / 28 + 1))
      #expect((3...10).contains(width))
    }
    #expect((25...75).contains(erased))
  }

  @Test func theVariantDependsOnEpochAndImageAlone() {
    let all: (inout Augmentation) -> Void = {
      $0.mirror = true
      $0.shift = 2
      $0.rotation = 10
      $0.tone = 0.2
      $0.erasing = 0.5
    }
    #expect(augment(all, epoch: 1, index: 7) == augment(all, epoch: 1, index: 7))
    #expect(augment(all, epoch: 1, index: 7) != augment(all, epoch: 2, index: 7))
    #expect(augment(all, epoch: 1, index: 7) != augment(all, epoch: 1, index: 8))
  }

  @Test func aPartThatIsSwitchedOnLeavesTheOthersDrawsAlone() {
    for index in 0..<20 {
      let moved = augment({ $0.shift = 2 }, index: index)
      let both = augment(
        { settings in
          settings.shift = 2
          settings.mirror = true
        }, index: index)
      let rows = { (image: [Float]) in (0..<28).map { y in image[y * 28..<y * 28 + 28].max() } }
      #expect(rows(moved).map { ($0 ?? 0) > 0 } == rows(both).map { ($0 ?? 0) > 0 })
    }
  }
}
