/// Writes JSON text with the keys in the order in which they are given, which no encoder of
/// Foundation's can.
public struct JSONWriter {
  /// How the text is laid out.
  public enum Layout: Sendable {
    /// No space anywhere: a journal's line.
    case line
    /// One member a line, indented by two spaces: for people.
    case indented
  }

  /// The text so far, UTF-8.
  public private(set) var bytes: [UInt8] = []
  private let layout: Layout
  private var depth = 0
  private var isFirst = true

  /// Creates a writer of one document.
  public init(_ layout: Layout = .line) { self.layout = layout }

  /// Writes an object, whose members `members` writes.
  public mutating func object(_ members: (inout JSONWriter) -> Void) {
    nested("{", "}", members)
  }

  /// Writes an array, each of whose elements `write` writes as one value.
  public mutating func array<Element>(
    _ elements: [Element], _ write: (inout JSONWriter, Element) -> Void
  ) {
    nested("[", "]") { writer in
      for element in elements {
        writer.separate()
        write(&writer, element)
      }
    }
  }

  /// Writes a member's key; exactly one value must follow.
  public mutating func key(_ name: String) {
    separate()
    string(name)
    bytes.append(UInt8(ascii: ":"))
    if layout == .indented { bytes.append(UInt8(ascii: " ")) }
  }

  /// Writes null.
  public mutating func null() { raw("null") }

  /// Writes a truth value.
  public mutating func boolean(_ value: Bool) { raw(value ? "true" : "false") }

  /// Writes a whole number.
  public mutating func integer(_ value: Int) { raw(String(value)) }

  /// Writes a finite number with as few digits as give the same number back.
  public mutating func number(_ value: Double) { raw(value.description) }

  /// Writes a string. Only what JSON demands is escaped; all else stays UTF-8.
  public mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): raw("\\\"")
      case UInt8(ascii: "\\"): raw("\\\\")
      case UInt8(ascii: "\n"): raw("\\n")
      case UInt8(ascii: "\r"): raw("\\r")
      case UInt8(ascii: "\t"): raw("\\t")
      case 0..<0x20: raw(byte < 0x10 ? "\\u000\(hex(byte))" : "\\u00\(hex(byte))")
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a document or a part of one.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .boolean(let value): boolean(value)
    case .number(let digits): raw(digits)
    case .string(let text): string(text)
    case .array(let elements): array(elements) { $0.value($1) }
    case .object(let members):
      object { writer in
        for member in members {
          writer.key(member.key)
          writer.value(member.value)
        }
      }
    }
  }

  private mutating func nested(
    _ opening: String, _ closing: String, _ content: (inout JSONWriter) -> Void
  ) {
    raw(opening)
    depth += 1
    isFirst = true
    content(&self)
    depth -= 1
    if !isFirst { breakLine() }
    raw(closing)
    isFirst = false
  }

  private mutating func separate() {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    breakLine()
    isFirst = false
  }

  private mutating func breakLine() {
    guard layout == .indented else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
  }

  private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private func hex(_ byte: UInt8) -> String { String(byte, radix: 16) }
}

extension JSONWriter {
  /// Writes a member whose value is a string.
  public mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  /// Writes a member whose value is a whole number.
  public mutating func member(_ name: String, _ value: Int) {
    key(name)
    integer(value)
  }
}
