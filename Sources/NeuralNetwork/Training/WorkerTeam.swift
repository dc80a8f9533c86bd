import Threading

/// Runs numbered tasks on several threads and waits for all of them.
final class WorkerTeam: Sendable {
  private typealias Body = @Sendable (Int) -> Void

  private struct State {
    var body: Body = { _ in }
    /// The tasks that nobody has taken yet.
    var waiting = 0..<0
    var unfinished = 0
    var isEnding = false

    mutating func take() -> (task: Int, body: Body)? {
      waiting.popFirst().map { ($0, body) }
    }
  }

  private enum Order {
    case work(Int, Body)
    case end
  }

  // The threads hold the monitor and not the team, so that the team's end can be theirs.
  private let monitor = Monitor(State())

  /// A team of so many threads, the one that calls `run` among them.
  init(threads: Int) {
    for number in 1..<max(threads, 1) {
      _ = WorkerThread(name: "train \(number)") { [monitor] in Self.work(monitor) }
    }
  }

  deinit {
    monitor.update { $0.isEnding = true }
  }

  /// Calls `body` once with each of `0..<count`. Which thread takes which number is left to
  /// chance, so that a busy core holds nobody up; a task's result must not depend on it.
  ///
  /// Only one thread may call this at a time.
  func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    monitor.update { state in
      state.body = body
      state.waiting = 0..<count
      state.unfinished = count
    }
    while let (task, body) = monitor.update({ $0.take() }) {
      body(task)
      monitor.update { $0.unfinished -= 1 }
    }
    monitor.wait { $0.unfinished == 0 ? () : nil }
  }

  private static func work(_ monitor: Monitor<State>) {
    while true {
      let order: Order? = monitor.wait { state in
        state.isEnding ? .end : state.take().map { .work($0.task, $0.body) }
      }
      guard case .work(let task, let body)? = order else { return }
      body(task)
      monitor.update { $0.unfinished -= 1 }
    }
  }
}
