import Foundation
import Glibc
import Testing

/// The other end of sd_notify: the socket on which a test awaits what the daemon tells systemd.
final class NotifySocket {
  let path: String
  private let descriptor: Int32

  init(in folder: URL) throws {
    path = folder.appending(path: "notify").path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    try #require(name.count < 108, "the temporary folder's path is too long for a socket")
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let bound = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0, "cannot bind \(path)")
  }

  deinit {
    close(descriptor)
    unsafe unlink(path)
  }

  /// Waits for a message that `accepts` takes.
  /// - Returns: whether it came; false when nothing at all has come for a minute, or nothing that is
  ///   taken for three.
  func await(_ accepts: (String) -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(180)
    while ContinuousClock.now < deadline, let message = next() {
      if message.split(separator: "\n").contains(where: { accepts(String($0)) }) { return true }
    }
    return false
  }

  /// Waits for the next message, and gives its lines; none when nothing has come for a minute.
  func nextLines() -> [String] { next()?.split(separator: "\n").map(String.init) ?? [] }

  private func next() -> String? {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&waiting, 1, 60_000) == 1 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
  }
}
