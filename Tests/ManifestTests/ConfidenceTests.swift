import Testing

@testable import Manifest

@Suite struct ConfidenceTests {
  @Test func isCutToFourDecimalsAndNeverCertain() {
    #expect(Confidence.shown(0.98719) == 0.9871)
    #expect(Confidence.shown(0.99999) == 0.9999)
    #expect(Confidence.shown(1) == 0.9999)
    #expect(Confidence.shown(0.00009) == 0)
    #expect(Confidence.shown(-0.1) == 0)
    #expect(Confidence.shown(.nan) == 0)
  }

  /// A number of four decimals is often a little less than its text says, and must not be cut.
  @Test func leavesEveryNumberOfFourDecimalsAsItIs() {
    for tenThousandths in 0...9999 {
      let value = Double(tenThousandths) / 10_000
      #expect(Confidence.shown(value) == value)
    }
  }

  /// A photo under the threshold must not show a confidence that reaches it, nor the other way.
  @Test func staysOnItsSideOfEveryThreshold() {
    for threshold in stride(from: 0.0001, through: 0.9999, by: 0.0001) {
      let threshold = (threshold * 10_000).rounded() / 10_000
      #expect(Confidence.shown(threshold.nextDown) < threshold)
      #expect(Confidence.shown(threshold.nextUp) >= threshold)
    }
  }
}
