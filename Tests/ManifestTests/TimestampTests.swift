import Manifest
import Testing

@Suite struct TimestampTests {
  /// From Python: `datetime.fromtimestamp(ms / 1000, timezone.utc)`.
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"),
    (951_782_399_999, "2000-02-28T23:59:59.999Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
    (1_735_689_600_001, "2025-01-01T00:00:00.001Z"),
    (4_107_542_399_042, "2100-02-28T23:59:59.042Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
  ])
  func writesRFC3339AndReadsItBack(milliseconds: Int, text: String) {
    let moment = Timestamp(milliseconds: Int64(milliseconds))
    #expect(moment.description == text)
    #expect(Timestamp(text) == moment)
  }

  @Test func everyDayOfFourCenturiesIsFoundAgain() {
    for day in 0..<146_097 {
      let moment = Timestamp(milliseconds: Int64(day) * 86_400_000)
      #expect(Timestamp(moment.description) == moment)
    }
  }

  @Test(arguments: [
    "", "2025-01-01T00:00:00Z", "2025-02-29T00:00:00.000Z", "2025-13-01T00:00:00.000Z",
    "2025-00-01T00:00:00.000Z", "2025-01-01T24:00:00.000Z", "2025-01-01T00:60:00.000Z",
    "2025-01-01T00:00:60.000Z", "2025-01-01 00:00:00.000Z", "2025-01-01T00:00:00.000z",
    "1969-12-31T23:59:59.999Z", "2025-01-01T00:00:00.0000", "2025-01-0１T00:00:00.00Z",
    "999999999999999999999999", "2025-01-01T0000:00.0000Z",
  ])
  func refusesWhatIsNoTime(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func whatRFC3339CannotSayIsTheNearestThatItCan() {
    #expect(Timestamp(milliseconds: -1).description == "1970-01-01T00:00:00.000Z")
    #expect(Timestamp(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
    #expect(Timestamp(nanoseconds: 1_999_999).milliseconds == 1)
  }

  @Test func fileNamesCarryItWithoutColons() {
    #expect(Timestamp(milliseconds: 951_782_399_999).fileNameText == "20000228T235959.999Z")
  }
}
