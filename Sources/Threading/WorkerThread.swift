import CLinux
import Glibc

/// A thread of its own for work that blocks: eight blocking calls on Swift's default pool delay
/// every timer of the process.
public struct WorkerThread: ~Copyable, Sendable {
  private let handle: pthread_t

  /// Starts a thread that runs `body` and ends. Returns when it has begun: Linux often puts a new
  /// thread behind its maker, for up to 3 ms, while another processor is idle; a maker that waits
  /// is woken up there.
  /// - Parameter name: shown by `ps -L` and debuggers, at most 15 bytes.
  public init(name: String, _ body: @escaping @Sendable () -> Void) {
    let hasBegun = Monitor(false)
    let start = unsafe Unmanaged.passRetained(Start(name: name, hasBegun: hasBegun, body: body))
    var handle = pthread_t()
    let failure = unsafe pthread_create(
      &handle, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        unsafe linux_name_thread(String(start.name.prefix(15)))
        start.hasBegun.update { $0 = true }
        start.body()
        return nil
      }, start.toOpaque())
    // Only a machine out of threads or memory refuses; nothing useful can run without them.
    precondition(failure == 0, "cannot start thread \(name): \(failure)")
    self.handle = handle
    hasBegun.wait { $0 ? () : nil }
  }

  // A thread that nobody waits for frees what it holds when it ends.
  deinit { pthread_detach(handle) }

  /// Waits until the thread has ended.
  ///
  /// - Precondition: called on another thread.
  public consuming func join() {
    let failure = pthread_join(handle, nil)
    precondition(failure == 0, "a thread cannot wait for its own end")
    discard self
  }

  private final class Start {
    let name: String
    let hasBegun: Monitor<Bool>
    let body: @Sendable () -> Void

    init(name: String, hasBegun: Monitor<Bool>, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.hasBegun = hasBegun
      self.body = body
    }
  }
}
