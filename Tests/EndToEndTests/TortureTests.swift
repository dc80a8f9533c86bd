import Foundation
import Testing

/// The short form of `make torture`: the same harness on a smaller inbox and on some of its points.
@Suite("Torture")
struct TortureTests {
  @Test(
    "breaks no promise",
    .enabled(if: Self.isPossible, "needs python3, and cc with libjpeg's header for the shim"),
    arguments: [["kills"], ["errors"], ["errors", "--alone"], ["power"], ["power", "--alone"]])
  func sample(suite: [String]) throws {
    let harness = Process()
    harness.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    harness.arguments =
      [
        Checkout.folder.appending(path: "Tests/torture/torture.py").path, suite[0],
        "--daemon", DaemonProcess.program.path, "--photos", "16", "--sample", "8",
      ] + suite.dropFirst()
    let output = Pipe()
    harness.standardOutput = output
    harness.standardError = output
    try harness.run()
    let report = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    harness.waitUntilExit()
    #expect(harness.terminationStatus == 0, "\(report)")
  }

  private static let isPossible = ["/usr/bin/python3", "/usr/bin/cc", "/usr/include/jpeglib.h"]
    .allSatisfy { FileManager.default.isReadableFile(atPath: $0) }
}
