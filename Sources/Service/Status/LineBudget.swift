import Synchronization
import Threading

/// How many lines of one kind the log gets in a minute, so that nobody who may drop files can fill it.
final class LineBudget: Sendable {
  private static let lines = 20
  private static let period: Duration = .seconds(60)

  private struct State {
    var began: MonotonicTime
    var taken = 0
    var withheld = 0
  }

  private let state = Mutex(State(began: .now))

  /// Asks for a line.
  /// - Returns: how many were refused since the last one that was not; nil where this one is.
  func take(at now: MonotonicTime = .now) -> Int? {
    state.withLock { state in
      if now - state.began >= Self.period {
        state.began = now
        state.taken = 0
      }
      guard state.taken < Self.lines else {
        state.withheld += 1
        return nil
      }
      state.taken += 1
      defer { state.withheld = 0 }
      return state.withheld
    }
  }
}
