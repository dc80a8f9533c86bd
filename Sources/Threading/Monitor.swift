import Glibc

/// State that several threads share, with a lock around it and a condition to wait for: the classic
/// monitor. Swift's `Mutex` has no condition to wait on, and blocking work must not run on Swift's
/// cooperative threads, so this wraps the pthread primitives.
@safe
public final class Monitor<State>: @unchecked Sendable {
  // On the heap, because pthread objects must never move.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Touched only while `mutex` is held; that is what makes the class Sendable.
  private var state: State

  /// Creates a monitor around `state`.
  public init(_ state: sending State) {
    self.state = state
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    // Waits must not be stretched or cut short when somebody sets the clock.
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs `body` alone with the state, then wakes every waiting thread so that it looks again.
  public func update<Result>(_ body: (inout State) -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(condition)
      unsafe pthread_mutex_unlock(mutex)
    }
    return body(&state)
  }

  /// Runs `body` alone with the state, which it must not change in a way that others wait for.
  public func read<Result>(_ body: (borrowing State) -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body(state)
  }

  /// Waits until `body` gives a result. It is run alone with the state, at once and after every
  /// update by another thread.
  /// - Parameters:
  ///   - deadline: when to give up.
  ///   - waking: whether the state that `body` leaves may be what another thread waits for.
  /// - Returns: the result; nil when the deadline has passed.
  public func wait<Result>(
    until deadline: MonotonicTime? = nil, waking: (borrowing State) -> Bool = { _ in true },
    for body: (inout State) -> Result?
  ) -> Result? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) {
        if waking(state) { unsafe pthread_cond_broadcast(condition) }
        return result
      }
      guard let deadline else {
        unsafe pthread_cond_wait(condition, mutex)
        continue
      }
      if MonotonicTime.now >= deadline { return nil }
      var until = deadline.timespec
      unsafe pthread_cond_timedwait(condition, mutex, &until)
    }
  }
}
