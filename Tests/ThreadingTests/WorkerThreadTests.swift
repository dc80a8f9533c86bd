import FoundationEssentials
import Testing
import Threading

@Suite("A thread of its own")
struct WorkerThreadTests {
  /// The names of this process's threads.
  private func names() throws -> Set<String> {
    let folder = "/proc/self/task"
    return Set(
      try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { number in
        // A thread may have ended meanwhile.
        FileManager.default.contents(atPath: "\(folder)/\(number)/comm").map {
          String(decoding: $0.dropLast(), as: UTF8.self)
        }
      })
  }

  @Test("has begun, under its name, when it is there")
  func begins() throws {
    for round in 0..<50 {
      let name = "begin-\(round)"
      let mayEnd = Monitor(false)
      let thread = WorkerThread(name: name) { mayEnd.wait { $0 ? () : nil } }
      let alive = Result { try names() }
      mayEnd.update { $0 = true }
      thread.join()
      #expect(try alive.get().contains(name))
    }
  }
}
