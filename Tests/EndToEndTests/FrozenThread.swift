import Foundation

/// One thread of a daemon that stands still, as if it hung, until `release` or the end.
final class FrozenThread {
  private let tracer = Process()
  private let input = Pipe()

  /// Whether this machine lets a process stop another one's threads.
  static let isPossible: Bool = {
    let victim = Process()
    victim.executableURL = URL(fileURLWithPath: "/bin/sleep")
    victim.arguments = ["60"]
    victim.standardOutput = FileHandle.nullDevice
    guard (try? victim.run()) != nil else { return false }
    defer { victim.terminate() }
    return (try? FrozenThread("sleep", of: victim.processIdentifier)) != nil
  }()

  /// Stops a thread.
  init(_ name: String, of process: Int32) throws {
    tracer.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    tracer.arguments = [
      Checkout.folder.appending(path: "Tests/audit/freeze.py").path, "\(process)", name,
    ]
    let output = Pipe()
    tracer.standardInput = input
    tracer.standardOutput = output
    tracer.standardError = output
    try tracer.run()
    // A line may come in pieces.
    var answer = ""
    while !answer.hasSuffix("\n") {
      let piece = output.fileHandleForReading.availableData
      if piece.isEmpty { break }
      answer += String(decoding: piece, as: UTF8.self)
    }
    guard answer == "frozen\n" else { throw Refused(answer: answer) }
  }

  /// The thread could not be stopped; this is what the tracer says.
  struct Refused: Error {
    let answer: String
  }

  deinit { release() }

  /// Lets the thread go on.
  func release() {
    guard tracer.isRunning else { return }
    try? input.fileHandleForWriting.close()
    tracer.waitUntilExit()
  }
}
