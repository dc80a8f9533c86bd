import Foundation
import Glibc

/// A run of the real `hangtagd`.
final class DaemonProcess {
  private let process = Process()
  private let errors: URL
  private let ended = DispatchSemaphore(value: 0)

  /// Starts the daemon on a test bed.
  /// - Parameters:
  ///   - environment: added to what every test uses: quick settling and sealing.
  ///   - wrapper: a program that ends by starting the daemon in its own place.
  init(
    _ bed: TestBed, _ arguments: [String] = [], model: String = "models/hangtag.safetensors",
    environment: [String: String] = [:], wrapper: [String] = []
  ) throws {
    errors = bed.folder.appending(path: "log-\(UUID().uuidString)")
    try Data().write(to: errors)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      wrapper + [Self.program.path]
      + [
        "--state-directory", bed.state.path, "--model", Checkout.folder.appending(path: model).path,
      ]
      + arguments
    let settings = [
      "HANGTAG_SETTLE": "200ms", "HANGTAG_INCOMPLETE_AFTER": "400ms", "HANGTAG_WORKERS": "2",
      "NOTIFY_SOCKET": bed.notify.path, "RUNTIME_DIRECTORY": bed.runtime.path,
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    process.environment = settings.merging(environment) { _, new in new }
    // Nor may it hold on to the output of the tests: who reads that would wait for its end.
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: errors)
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
  }

  /// A test that fails must not leave a daemon behind.
  deinit {
    guard process.isRunning else { return }
    send(SIGKILL)
    process.waitUntilExit()
  }

  /// The daemon that was built together with the tests: it lies beside the test program.
  static var program: URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "hangtagd")
  }

  var identifier: Int32 { process.processIdentifier }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end, and brings it about where it does not come for two minutes.
  /// - Returns: the exit code; nil where a signal ended it.
  @discardableResult
  func end() -> Int32? {
    if ended.wait(timeout: .now() + 120) == .timedOut { send(SIGKILL) }
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : nil
  }

  /// What it has written to standard error so far.
  var log: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
}
