import NeuralNetwork
import Testing

import Classification

struct TargetPrecisionTests {
  private let calibration = Calibration(
    temperature: 1, images: 1000,
    curve: [
      .init(threshold: 0.99, accepted: 300, wrong: 0),
      .init(threshold: 0.9, accepted: 700, wrong: 2),
      .init(threshold: 0.8, accepted: 800, wrong: 7),
      .init(threshold: 0.3, accepted: 1000, wrong: 80),
    ])

  /// Wilson's one-sided lower 95% bounds, by their formula in Python: 0.9911 of 300 in 300, 0.9914 of
  /// 698 in 700, 0.9839 of 793 in 800, 0.9047 of 920 in 1000.
  @Test(arguments: [(0.991, 0.9), (0.985, 0.9), (0.98, 0.8), (0.9, 0.3)])
  func theLowerBoundDecides(precision: Double, threshold: Double) throws {
    #expect(calibration.choice(precision: precision)?.threshold == threshold)
  }

  @Test func luckIsNoProof() {
    // 698 of 700 are 99.7%, but may have been luck.
    #expect(calibration.choice(precision: 0.995) == nil)
    #expect(calibration.safestChoice?.threshold == 0.9)
  }

  @Test func aChoiceSaysWhatItCostAndBrought() throws {
    let choice = try #require(calibration.choice(precision: 0.98))
    #expect(choice.coverage == 0.8)
    #expect(choice.precision == 0.99125)
    #expect(abs(choice.lowerBound - 0.9839) < 1e-4)
  }
}
