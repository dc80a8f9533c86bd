/// Why a photo gives no picture.
public struct DecodeError: Error, Sendable, Equatable {
  /// The kinds of failure, as the manifest spells them.
  public enum Code: String, Sendable, CaseIterable {
    /// No JPEG or PNG, or a kind of them that is not read.
    case unsupportedFormat = "unsupported_format"
    /// The bytes end before the picture does.
    case truncated
    /// The bytes break the format's rules, or a checksum does not match.
    case corrupt
    /// A limit of `DecodeLimits`: bytes, pixels, memory, scans or time.
    case tooLarge = "too_large"
    /// There are no bytes.
    case empty
    /// The file could not be read; said by callers that read files.
    case unreadable
  }

  /// The kind of failure.
  public var code: Code
  /// A whole sentence or two: what the bytes are and what to do.
  public var message: String

  /// A failure of a kind, told in a sentence.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }
}

extension DecodeError {
  static var empty: DecodeError {
    DecodeError(
      code: .empty, message: "The file is empty (0 bytes). Copy the photo again from its source.")
  }

  static func truncated(_ name: String) -> DecodeError {
    DecodeError(
      code: .truncated,
      message: "This \(name) is cut off: its end is missing. Copy the photo again from its source.")
  }

  static func corrupt(_ name: String, _ detail: String) -> DecodeError {
    DecodeError(
      code: .corrupt,
      message: "This \(name) is damaged (\(detail)). Copy the photo again from its source.")
  }

  static func tooLarge(_ name: String, _ detail: String) -> DecodeError {
    DecodeError(
      code: .tooLarge, message: "This \(name) is too large: \(detail). Make the photo smaller.")
  }

  static func unsupportedKind(of name: String, _ detail: String) -> DecodeError {
    DecodeError(
      code: .unsupportedFormat,
      message: "This \(name) is of a kind that Hangtag does not read: \(detail). "
        + "Save it again as an ordinary JPEG or PNG.")
  }
}
