public import SystemPackage

/// Why training cannot begin, go on or end.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of trouble.
  public enum Code: String, Sendable {
    /// The architecture does not fit the data.
    case architecture
    /// There is no checkpoint, or it belongs to another training.
    case checkpoint
    /// The loss is no number any more.
    case diverged
    /// There are too few images.
    case data
    /// The disk refuses.
    case file
  }

  /// What kind of trouble it is.
  public let code: Code
  /// The file or folder; empty where there is none.
  public let path: FilePath
  /// A whole sentence that says what to do.
  public let message: String

  init(_ code: Code, at path: FilePath = "", _ message: String) {
    self.code = code
    self.path = path
    self.message = message
  }

  /// The path, where there is one, and the sentence.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
