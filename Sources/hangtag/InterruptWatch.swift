import Glibc

/// Ctrl-C and SIGTERM as a question that long work asks between two steps, so that it stops at a
/// point of its own choosing.
struct InterruptWatch: ~Copyable {
  private var watched = sigset_t()

  /// From now on the signals wait instead of ending the process, on this thread and on all that it
  /// starts.
  init() {
    unsafe sigemptyset(&watched)
    unsafe sigaddset(&watched, SIGINT)
    unsafe sigaddset(&watched, SIGTERM)
    unsafe pthread_sigmask(SIG_BLOCK, &watched, nil)
  }

  /// Whether one of the signals has come.
  var isInterrupted: Bool {
    var pending = sigset_t()
    unsafe sigpending(&pending)
    return unsafe sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1
  }
}
