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

  /// Whether standard error is the journal itself: systemd gives device and inode of the stream
  /// that it connected. A program started by the service may have sent it elsewhere since.
  public static func isConnectedToJournal(environment: [String: String]) -> Bool {
    guard let stream = environment["JOURNAL_STREAM"] else { return false }
    var status = stat()
    guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
    return stream == "\(status.st_dev):\(status.st_ino)"
  }

  /// Writes a message with its keys: those that name and judge a photo first, always in this order,
  /// the others by the alphabet.
  public func log(event: LogEvent) {
    let line = line(event)
    // One write a line, so that lines of several threads do not mix.
    _ = unsafe line.utf8CString.withUnsafeBufferPointer {
      unsafe write(STDERR_FILENO, $0.baseAddress, $0.count - 1)
    }
  }

  /// The line of a message, with its line feed.
  func line(_ event: LogEvent) -> String {
    let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
    let prefix =
      forJournal
      ? "<\(Self.priority(event.level))>" : event.level < .notice ? "" : "\(event.level): "
    var line = prefix + Self.escaped("\(event.message)")
    for (key, value) in merged.sorted(by: { Self.rank($0.key) < Self.rank($1.key) }) {
      line += " \(key)=\(Self.quoted("\(value)"))"
    }
    return line + "\n"
  }

  private static let firstKeys = ["photo", "outcome", "category", "confidence", "milliseconds"]

  private static func rank(_ key: String) -> (Int, String) {
    (firstKeys.firstIndex(of: key) ?? firstKeys.count, key)
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

  /// Control characters, such as a line feed in a file name, must not begin a line of their own,
  /// and none may give the terminal an order.
  public static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
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
