import Testing
import Threading

@testable import NeuralNetwork

@Suite struct WorkerTeamTests {
  @Test(arguments: [1, 2, 5]) func `each task runs once`(threads: Int) {
    let team = WorkerTeam(threads: threads)
    let runs = Monitor([Int](repeating: 0, count: 100))
    for count in [100, 0, 1, 7] {
      team.run(count) { task in runs.update { $0[task] += 1 } }
    }
    #expect(
      runs.read { $0 } == [3] + [Int](repeating: 2, count: 6) + [Int](repeating: 1, count: 93))
  }

  /// Each task ends when all have begun, which one thread alone could not bring about.
  @Test func `as many tasks run at once as there are threads`() {
    let team = WorkerTeam(threads: 3)
    let begun = Monitor(0)
    let met = Monitor(0)
    team.run(3) { _ in
      begun.update { $0 += 1 }
      let patience = MonotonicTime.now + .seconds(60)
      if begun.wait(until: patience, for: { $0 == 3 ? true : nil }) == true {
        met.update { $0 += 1 }
      }
    }
    #expect(met.read { $0 } == 3)
  }
}
