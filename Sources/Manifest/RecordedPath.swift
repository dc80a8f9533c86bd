import FileSystem
import FoundationEssentials
public import SystemPackage

/// A path as an entry records it. JSON text is UTF-8 and a Linux name is any bytes, so a name that
/// is no UTF-8 is given escaped, for people, with its bytes in base64 beside it, for programs.
public struct RecordedPath: Sendable, Hashable {
  /// The path itself where it is UTF-8. Otherwise escaped: a byte that belongs to no character
  /// stands as `\xHH`, and a backslash of the name itself is doubled.
  public let text: String
  /// The path's bytes in base64; nil where `text` is the path itself.
  public let base64: String?

  /// Records a path.
  public init(_ path: FilePath) {
    if let text = String(validating: path) {
      self.text = text
      base64 = nil
    } else {
      let bytes = path.bytes
      text = Self.escaped(bytes)
      base64 = Data(bytes).base64EncodedString()
    }
  }

  /// Takes up what an entry's JSON says.
  init(text: String, base64: String?) {
    self.text = text
    self.base64 = base64
  }

  /// The path; nil where the base64 text is none.
  public var path: FilePath? {
    guard let base64 else { return FilePath(text) }
    return Data(base64Encoded: base64).map { FilePath(bytes: Array($0)) }
  }

  private static func escaped(_ bytes: [UInt8]) -> String {
    var text = ""
    var position = 0
    while position < bytes.count {
      let character = (1...4).lazy.compactMap { length in
        String(validating: bytes[position...].prefix(length), as: UTF8.self)
      }.first
      if let character {
        text += character == "\\" ? "\\\\" : character
        position += character.utf8.count
      } else {
        let digits = String(bytes[position], radix: 16, uppercase: true)
        text += bytes[position] < 0x10 ? "\\x0\(digits)" : "\\x\(digits)"
        position += 1
      }
    }
    return text
  }
}
