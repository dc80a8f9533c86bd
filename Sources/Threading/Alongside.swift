/// Runs `other` on a thread of its own while `body` runs here, and waits for both.
///
/// - Parameter name: the thread's, shown by `ps -L` and debuggers, at most 15 bytes.
public func alongside<Other: Sendable, Own, Failure: Error>(
  _ other: @escaping @Sendable () -> Other, on name: String, _ body: () throws(Failure) -> Own
) throws(Failure) -> (other: Other, own: Own) {
  let outcome = Monitor<Other?>(nil)
  let thread = WorkerThread(name: name) {
    let value = other()
    outcome.update { $0 = value }
  }
  let own = Result(catching: body)
  thread.join()
  guard let value = outcome.update({ $0 }) else {
    preconditionFailure("the thread \(name) ended without an outcome")
  }
  return (value, try own.get())
}
