import Logging
import Synchronization
import Testing

@testable import Service

@Suite("A trouble that lasts")
struct IncidentsTests {
  @Test("is shown when it begins and when it is over, and not at each attempt in between")
  func changes() {
    let changes = Counter()
    let incidents = Incidents(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
      changes.add()
    }
    for _ in 1...3 { incidents.began("record", "The disk is full.") }
    #expect(incidents.sentences == ["The disk is full."])
    #expect(changes.count == 1)
    for _ in 1...3 { incidents.ended("record") }
    #expect(incidents.sentences.isEmpty)
    #expect(changes.count == 2)
  }

  private final class Counter: Sendable {
    private let value = Atomic(0)
    var count: Int { value.load(ordering: .relaxed) }
    func add() { value.add(1, ordering: .relaxed) }
  }
}
