import Glibc
public import Logging

/// Writes one line a message to standard error. Under systemd each line begins with its priority
/// (`<6>`), which journald takes off and files; elsewhere it begins with the level's name, for a
/// person to read.
public struct LineLogHandler: LogHandler {
  /// The least severe level that is written.
  public var logLevel: Logger.Level
  /// Keys added to every line.
  public var metadata: Logger.Metadata = [:]
  private let forJournal: Bool

  /// Creates a handler.
  /// - Parameters:
  ///   - level: the least severe level that is written.
  ///   - forJournal: whether standard error is connected to the journal.
  public init(level: Logger.Level, forJournal: Bool) {
    logLevel = level
    self.forJournal = forJournal
  }

  /// Gets or sets a key that is added to every line.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a message with its keys in alphabetical order.
  public func log(event: LogEvent) {
    let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
    let prefix =
      forJournal
      ? "<\(Self.priority(event.level))>" : event.level < .notice ? "" : "\(event.level): "
    var line = prefix + Self.escaped("\(event.message)")
    for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(Self.quoted("\(value)"))"
    }
    line += "\n"
    // One write a line, so that lines of several threads do not mix.
    _ = unsafe line.utf8CString.withUnsafeBufferPointer {
      unsafe write(STDERR_FILENO, $0.baseAddress, $0.count - 1)
    }
  }

  /// The priority of syslog(3).
  static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  /// Control characters, such as a line feed in a file name, must not begin a line of their own.
  public static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar.value < 32 || scalar.value == 127 {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  static func quoted(_ text: String) -> String {
    let plain = escaped(text)
    let needsQuotes = plain.isEmpty || plain.contains { $0 == " " || $0 == "\"" || $0 == "=" }
    guard needsQuotes else { return plain }
    return "\"" + plain.map { $0 == "\"" ? "\\\"" : String($0) }.joined() + "\""
  }
}
