import Foundation
import SamplePhotos
import TestSupport
import Testing

/// A state directory for the real daemon, and a copy of everything that is dropped in its inbox.
final class TestBed {
  let folder: URL
  let notify: NotifySocket
  private var photoNumber: UInt64 = 0

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "ht-\(UUID().uuidString.prefix(8))")
    for name in ["state/inbox", "originals", "run"] {
      try FileManager.default.createDirectory(
        at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    notify = try NotifySocket(in: folder)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var state: URL { folder.appending(path: "state") }
  /// Where the daemon writes status and metrics.
  var runtime: URL { folder.appending(path: "run") }
  var inbox: URL { state.appending(path: "inbox") }

  /// A small photo unlike every other one.
  func photo() -> [UInt8] {
    photoNumber += 1
    let picture = PhotographicPicture.render(width: 120, height: 160, seed: photoNumber)
    return PhotoEncoding.jpeg(JPEGEncoding()).encode(picture)
  }

  /// Keeps a copy of a photo that is to be dropped.
  func keep(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder.appending(path: "originals/\(UUID().uuidString)"))
  }

  /// Drops a photo as `cp` does: created under its name, written, closed.
  func drop(_ bytes: [UInt8], as name: String) throws {
    try keep(bytes)
    let target = inbox.appending(path: name)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
  }

  /// Checks all promises with the independent program.
  func audit() throws -> (isClean: Bool, report: String) {
    let script = Checkout.folder.appending(path: "Tests/audit/audit.py").path
    return try Self.run(
      "/usr/bin/python3",
      [script, state.path, folder.appending(path: "originals").path, "--idle"])
  }

  /// The metrics as last written, read by the format's rules.
  func metrics() throws -> PrometheusText {
    try PrometheusText(
      String(contentsOf: runtime.appending(path: "metrics.prom"), encoding: .utf8))
  }

  /// The status as last written.
  func status() throws -> [String: Any] {
    let data = try Data(contentsOf: runtime.appending(path: "status.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private static func run(
    _ program: String, _ arguments: [String]
  ) throws -> (isClean: Bool, report: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus == 0, String(decoding: text, as: UTF8.self))
  }

  /// All entries of all sealed manifests, read without the daemon's code.
  func entries() throws -> [[String: Any]] {
    let manifests = state.appending(path: "manifests")
    let names = try FileManager.default.contentsOfDirectory(atPath: manifests.path)
    return try names.filter { $0.hasSuffix(".json") }.sorted().flatMap { name in
      let data = try Data(contentsOf: manifests.appending(path: name))
      let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      return try #require(document["entries"] as? [[String: Any]])
    }
  }
}

/// The folder of the checkout that the tests were built from.
enum Checkout {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}
