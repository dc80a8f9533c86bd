import Foundation
import Glibc
import Testing

@Suite("A daemon that cannot serve")
struct RefusalTests {
  private let bed: TestBed

  init() throws { bed = try TestBed() }

  /// Runs the daemon to its end, which must come with this code and this sentence, both on standard
  /// error and in `systemctl status`.
  private func expectRefusal(
    _ code: Int32, _ sentence: String, _ arguments: [String] = [],
    environment: [String: String] = [:], wrapper: [String] = []
  ) throws {
    let daemon = try DaemonProcess(bed, arguments, environment: environment, wrapper: wrapper)
    #expect(daemon.end() == code, "\(arguments) \(environment): \(daemon.log)")
    #expect(daemon.log.contains(sentence), "\(arguments): \(daemon.log)")
    #expect(bed.notify.await { $0.hasPrefix("STATUS=") && $0.contains(sentence) }, "\(sentence)")
  }

  @Test("says so in one sentence and ends with the right code")
  func sentences() throws {
    let broken = bed.folder.appending(path: "broken.safetensors")
    try Data(repeating: 7, count: 100).write(to: broken)
    let configuration = bed.folder.appending(path: "bad.yaml")
    try Data("setle: 2s\n".utf8).write(to: configuration)
    try expectRefusal(
      66, "There is no model at /nowhere/", ["--model", "/nowhere/model.safetensors"])
    try expectRefusal(65, "is not a usable model", ["--model", broken.path])
    try expectRefusal(
      78, "Unknown key `setle`. Did you mean `settle`?", ["--config", configuration.path])
    try expectRefusal(
      78, "variable HANGTAG_SETLE: There is no such setting. Did you mean HANGTAG_SETTLE?",
      environment: ["HANGTAG_SETLE": "2s"])
    try expectRefusal(78, "HANGTAG_ISA is \"mmx\"", environment: ["HANGTAG_ISA": "mmx"])
    try expectRefusal(73, broken.path, ["--state-directory", broken.path])
    try expectRefusal(64, "Unknown option", ["--unknown"])
  }

  @Test("leaves nothing behind where there is no model")
  func nothingBehind() throws {
    let fresh = bed.folder.appending(path: "fresh").path
    try expectRefusal(
      66, "There is no model at /nowhere/",
      ["--model", "/nowhere/model.safetensors", "--state-directory", fresh])
    #expect(!FileManager.default.fileExists(atPath: fresh))
  }

  @Test("leaves a state directory alone that another daemon serves")
  func second() throws {
    let first = try DaemonProcess(bed)
    try #require(bed.notify.await { $0 == "READY=1" }, "\(first.log)")
    try expectRefusal(75, "\(bed.state.path) is in use by process \(first.identifier)")
    first.send(SIGTERM)
    #expect(first.end() == 0)
  }

  @Test(
    "names an inbox that its user may not read",
    .enabled(if: getuid() == 0, "needs root, to run the daemon as another user"))
  func unreadableInbox() throws {
    #expect(unsafe chmod(bed.folder.path, 0o777) == 0)
    #expect(unsafe chmod(bed.state.path, 0o777) == 0)
    #expect(unsafe chmod(bed.inbox.path, 0o700) == 0)
    #expect(unsafe chmod(bed.notify.path, 0o777) == 0)
    try expectRefusal(
      73, "\(bed.inbox.path) cannot be used by this user",
      wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
  }

  @Test(
    "says that the inbox is on another file system, and that there is no room",
    .enabled(if: Mounts.arePossible, "needs the right to mount in a namespace of its own"))
  func mounts() throws {
    try expectRefusal(
      78, "are not on one file system and mount",
      wrapper: Mounts.mounting(size: "1m", on: bed.inbox))
    // It does not end at once: a service that ends too often stays down.
    let daemon = try DaemonProcess(
      bed, wrapper: Mounts.mounting(size: "4k", on: bed.state, filling: true))
    let sentence = "There is no room on the disk of \(bed.state.path)"
    #expect(bed.notify.await { $0.hasPrefix("STATUS=\(sentence)") }, "\(daemon.log)")
    daemon.send(SIGTERM)
    #expect(daemon.end() == 74)
    #expect(daemon.log.contains(sentence), "\(daemon.log)")
  }
}

/// File systems that only one program sees.
enum Mounts {
  static let arePossible: Bool = {
    let trial = Process()
    trial.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    trial.arguments = mounting(size: "4k", on: FileManager.default.temporaryDirectory) + ["true"]
    trial.standardError = FileHandle.nullDevice
    guard (try? trial.run()) != nil else { return false }
    trial.waitUntilExit()
    return trial.terminationStatus == 0
  }()

  /// A wrapper that puts a small file system over a folder.
  /// - Parameter filling: whether to leave no room in it.
  static func mounting(size: String, on folder: URL, filling: Bool = false) -> [String] {
    let fill = filling ? "cat /dev/zero > \"$0/fill\" 2> /dev/null;" : ""
    let script = "mount -t tmpfs -o size=\(size) none \"$0\" || exit 1; \(fill) exec \"$@\""
    return ["unshare", "--mount", "sh", "-c", script, folder.path]
  }
}
