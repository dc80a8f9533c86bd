import Testing
import Threading

@testable import Service

@Suite("The lines of one kind in the log")
struct LineBudgetTests {
  @Test("are twenty a minute, and the next one tells how many were left out")
  func budget() {
    let budget = LineBudget()
    let start = MonotonicTime.now + .seconds(120)
    let first = (0..<100).map { budget.take(at: start + .milliseconds($0)) }
    #expect(first.prefix(20).allSatisfy { $0 == 0 })
    #expect(first.dropFirst(20).allSatisfy { $0 == nil })
    #expect(budget.take(at: start + .seconds(61)) == 80)
    #expect(budget.take(at: start + .seconds(61)) == 0)
  }
}
