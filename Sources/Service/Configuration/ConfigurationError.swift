public import SystemPackage

/// A configuration that cannot be used: where, and what to do.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where the offending value comes from.
  public enum Source: Sendable, Equatable, CustomStringConvertible {
    /// A line of a configuration file; line 0 means the file as a whole.
    case file(FilePath, line: Int)
    /// An environment variable.
    case environment(String)
    /// A command-line flag.
    case flag(String)

    /// The place as shown before the message.
    public var description: String {
      switch self {
      case .file(let path, line: 0): "\(path)"
      case .file(let path, let line): "\(path), line \(line)"
      case .environment(let name): "environment variable \(name)"
      case .flag(let name): "--\(name)"
      }
    }
  }

  /// Where the offending value comes from.
  public let source: Source
  /// A whole sentence: what is wrong and what to do.
  public let message: String

  /// The place and the sentence.
  public var description: String { "\(source): \(message)" }
}
