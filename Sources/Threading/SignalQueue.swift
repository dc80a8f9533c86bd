import CLinux
import Glibc

/// Signals as something to wait for beside other things, signalfd(2), instead of handlers that
/// interrupt. From its creation the signals wait here, on the creating thread and on those that it
/// starts later; so create it before any thread.
public struct SignalQueue: ~Copyable, Sendable {
  /// The open descriptor, readable when a signal waits; for `waitUntilReadable`.
  public let descriptor: Int32

  /// Takes over these signals.
  public init(_ signals: [Int32]) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    descriptor = unsafe linux_signalfd(&set)
    precondition(descriptor >= 0, "no descriptor to be had at the start")
  }

  deinit { _ = Glibc.close(descriptor) }

  /// Takes a waiting signal's number, without blocking; nil where none waits.
  public func next() -> Int32? {
    var record = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard unsafe read(descriptor, &record, size) == size else { return nil }
    return Int32(record.ssi_signo)
  }
}
