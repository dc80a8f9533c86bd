import Glibc

/// Tells systemd how the service stands, by the protocol of sd_notify(3): lines of `KEY=value` sent
/// as one datagram to the socket named in NOTIFY_SOCKET. Without that variable nothing is sent.
public struct SystemdNotifier: Sendable {
  /// What systemd acts on.
  public enum State: Sendable, Equatable {
    case ready
    case reloading
    case stopping
    /// A sign of life, where systemd watches the service.
    case watchdog
    /// A line for `systemctl status`.
    case status(String)
  }

  /// In bytes; with room for what else may stand in the message.
  private static let longestStatus = 2000

  private let socketPath: String?

  /// Creates a notifier for the service that this process is, as its environment says.
  public init(environment: [String: String]) {
    socketPath = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Sends a state. A failure is no reason to stop serving and is passed over.
  public func send(_ state: State) {
    guard let socketPath else { return }
    Self.send(Self.text(state), to: socketPath)
  }

  static func text(_ state: State) -> String {
    switch state {
    case .ready: "READY=1"
    case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())"
    case .stopping: "STOPPING=1"
    case .watchdog: "WATCHDOG=1"
    // A line feed would end the value, and the rest be read as another assignment.
    case .status(let line): "STATUS=\(shortened(LineLogHandler.escaped(line)))"
    }
  }

  /// systemd takes no message of more than 4096 bytes; file names can be as long alone.
  private static func shortened(_ line: String) -> String {
    guard line.utf8.count > longestStatus else { return line }
    var short = ""
    for scalar in line.unicodeScalars {
      if short.utf8.count + scalar.utf8.count > longestStatus { break }
      short.unicodeScalars.append(scalar)
    }
    return short + "..."
  }

  private static func monotonicMicroseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  private static func send(_ text: String, to path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard name.count < capacity else { return }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      for (index, byte) in name.enumerated() { unsafe field[index] = byte }
      // An abstract socket is written with @ and begins with a zero byte.
      if name.first == UInt8(ascii: "@") { unsafe field[0] = 0 }
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // A peer that does not read must not hold up the service.
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let bytes = Array(text.utf8)
    unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bytes.withUnsafeBytes { bytes in
          _ = unsafe sendto(
            descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), address,
            length)
        }
      }
    }
  }
}
