import Glibc
import SystemPackage

/// Text to the standard streams at once, unbuffered, so that progress is seen when it happens.
enum Console {
  /// Whether standard output is a terminal.
  static var isTerminal: Bool { isatty(FileDescriptor.standardOutput.rawValue) == 1 }

  /// Writes to standard output as it is. A reader that is gone is no reason to stop working.
  static func write(_ text: String) {
    _ = try? FileDescriptor.standardOutput.writeAll(text.utf8)
  }

  /// Writes a line to standard output.
  static func line(_ text: String) { write(text + "\n") }

  /// Writes a line to standard error.
  static func complain(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll((text + "\n").utf8)
  }
}
