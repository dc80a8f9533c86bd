import Testing
import Threading

@Suite("A monitor")
struct MonitorTests {
  @Test("loses no update of several threads")
  func updates() {
    let counter = Monitor(0)
    let ended = Monitor(0)
    for number in 0..<4 {
      _ = WorkerThread(name: "count \(number)") {
        for _ in 0..<10_000 { counter.update { $0 += 1 } }
        ended.update { $0 += 1 }
      }
    }
    ended.wait { $0 == 4 ? () : nil }
    #expect(counter.read { $0 } == 40_000)
  }

  @Test("wakes a waiting thread when what it waits for comes true")
  func wake() {
    let value = Monitor(0)
    let thread = WorkerThread(name: "setter") { value.update { $0 = 7 } }
    #expect(value.wait { $0 == 7 ? $0 : nil } == 7)
    thread.join()
  }

  @Test("gives up at the deadline")
  func deadline() {
    let value = Monitor(0)
    let deadline = MonotonicTime.now + .milliseconds(20)
    #expect(value.wait(until: deadline) { $0 == 1 ? () : nil } == nil)
    #expect(MonotonicTime.now >= deadline)
  }
}
