import Threading

/// Runs `body` on so many threads at once, and waits until all have ended.
func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
  // The recursion is there because threads are values that exist once, which no array can hold.
  guard count > 0 else { return }
  let thread = WorkerThread(name: "bench \(count)", body)
  onThreads(count - 1, body)
  thread.join()
}
