import Testing
import Threading

@Suite("Work on a thread of its own beside the caller's")
struct AlongsideTests {
  private struct Refused: Error {}

  @Test("both run at the same time, and both outcomes come back")
  func together() {
    let arrivals = Monitor(0)
    // In turns, the first would wait for the second in vain.
    let meet: @Sendable () -> Bool = {
      arrivals.update { $0 += 1 }
      return arrivals.wait(until: .now + .seconds(60)) { $0 == 2 ? true : nil } ?? false
    }
    let (other, own) = alongside({ meet() ? "other" : nil }, on: "other") { meet() ? "own" : nil }
    #expect(other == "other")
    #expect(own == "own")
  }

  @Test("an error of the caller's part comes when the other part has ended")
  func failure() {
    let hasEnded = Monitor(false)
    #expect(throws: Refused.self) {
      _ = try alongside({ hasEnded.update { $0 = true } }, on: "other") { () throws(Refused) in
        throw Refused()
      }
    }
    #expect(hasEnded.read { $0 })
  }
}
