import Threading

/// Runs `body` over contiguous parts of `0..<count` on threads of their own and gives the parts'
/// results in their order, so that the whole does not depend on the number of threads.
func concurrently<Part: Sendable>(
  over count: Int, threads: Int, _ body: @escaping @Sendable (Range<Int>) -> Part
) -> [Part] {
  let parts = max(1, min(threads, count))
  let ranges = (0..<parts).map { part in count * part / parts..<count * (part + 1) / parts }
  guard parts > 1 else { return ranges.map(body) }
  let results = Monitor([Part?](repeating: nil, count: parts))
  // The recursion is there because threads are values that exist once, which no array can hold.
  func start(_ index: Int) {
    guard index < parts else { return }
    let thread = WorkerThread(name: "part \(index)") {
      let part = body(ranges[index])
      results.update { $0[index] = part }
    }
    start(index + 1)
    thread.join()
  }
  start(0)
  return results.read { parts in parts.compactMap { $0 } }
}
