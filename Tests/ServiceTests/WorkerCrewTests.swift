import Testing

@testable import Service

@Suite("How many threads classify")
struct WorkerCrewTests {
  /// The numbers of all workers that can be recruited.
  private func recruits(_ crew: WorkerCrew) -> [Int] {
    var numbers: [Int] = []
    while let number = crew.recruit() { numbers.append(number) }
    return numbers
  }

  @Test("one a processor, and up to two where they wait")
  func automatic() {
    let crew = WorkerCrew(workers: 0, processors: 3)
    #expect(crew.size.lowerBound == 3)
    #expect(recruits(crew) == [4, 5, 6])
  }

  @Test("exactly as many as are configured")
  func configured() {
    let crew = WorkerCrew(workers: 5, processors: 2)
    #expect(crew.size.lowerBound == 5)
    #expect(recruits(crew) == [])
  }

  /// How often of 48 photos help is called for, each of which takes so many milliseconds.
  private func calls(elapsed: Int, computing: Int) -> Int {
    var workload = Workload()
    return (0..<48).count { _ in
      workload.needsHelp(after: .milliseconds(elapsed), computing: .milliseconds(computing))
    }
  }

  @Test("more are called for where photos wait, not where they compute")
  func waiting() {
    #expect(calls(elapsed: 6, computing: 5) == 0)
    #expect(calls(elapsed: 8, computing: 5) == 3)
  }

  @Test("one interruption is no reason to call for more")
  func interrupted() {
    var workload = Workload()
    var calls = 0
    for number in 1...48 {
      let elapsed: Duration = .milliseconds(number % 16 == 0 ? 30 : 5)
      if workload.needsHelp(after: elapsed, computing: .milliseconds(5)) { calls += 1 }
    }
    #expect(calls == 0)
  }

  @Test("one, where the number of processors is not to be had")
  func unknown() {
    #expect(WorkerCrew(workers: 0, processors: -1).size.lowerBound == 1)
  }
}
