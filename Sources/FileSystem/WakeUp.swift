import CLinux
import Glibc

/// A bell that one thread rings to end another's wait in `waitUntilReadable`: an eventfd(2).
public struct WakeUp: ~Copyable, Sendable {
  /// The open descriptor, readable from a ring until `clear`.
  public let descriptor: Int32

  /// Opens a bell that has not been rung.
  public init() throws(FileSystemError) {
    descriptor = try retrying("eventfd", "eventfd") { linux_eventfd() }
  }

  deinit { _ = Glibc.close(descriptor) }

  /// Ends the other thread's wait, the present one or its next.
  public func ring() {
    var one: UInt64 = 1
    // Fails only when it has been rung 2^64 times.
    _ = unsafe Glibc.write(descriptor, &one, 8)
  }

  /// Forgets the rings so far.
  public func clear() {
    var count: UInt64 = 0
    _ = unsafe Glibc.read(descriptor, &count, 8)
  }
}

/// Waits until one of the descriptors can be read, or the time is over, or a signal came: callers
/// look at what they wait for in any case.
/// - Parameter timeout: nil waits for ever. Rounded up to milliseconds.
public func waitUntilReadable(_ descriptors: [Int32], timeout: Duration?) {
  var requests = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  let milliseconds: Int32 =
    if let timeout {
      Int32(min(max(0, timeout / .milliseconds(1)).rounded(.up), Double(Int32.max)))
    } else {
      -1
    }
  _ = unsafe poll(&requests, nfds_t(requests.count), milliseconds)
}
