/// Why a text is no JSON document that can be used here.
public struct JSONError: Error, Equatable {
  /// What a document must keep to.
  public enum Rule: Sendable, Equatable {
    /// The grammar; with what was expected.
    case syntax(String)
    /// Each key stands once in its object.
    case duplicateKey(String)
    /// No more than `JSONParser.depthLimit` levels of nesting.
    case nestingTooDeep
  }

  /// The rule that is broken.
  public let rule: Rule
  /// The byte at which it shows, counted from the start of the text.
  public let offset: Int

  /// The second half of a sentence: "... at byte 17".
  public var description: String {
    switch rule {
    case .syntax(let expectation): "expected \(expectation) at byte \(offset)"
    case .duplicateKey(let key): "the key \"\(key)\" stands twice in one object, at byte \(offset)"
    case .nestingTooDeep:
      "more than \(JSONParser.depthLimit) levels of nesting, at byte \(offset)"
    }
  }
}

/// Reads one JSON document. Strict: the grammar of RFC 8259 and no more, every key of an object once,
/// nesting limited so that hostile input cannot exhaust the stack.
public struct JSONParser {
  /// How many objects and arrays may stand within each other.
  public static let depthLimit = 64

  private let bytes: ArraySlice<UInt8>
  private let start: Int
  private var position: Int
  private var depth = 0

  /// Reads a document.
  ///
  /// - Parameter utf8: valid UTF-8.
  /// - Throws: The first rule that is broken, and where.
  public static func parse(_ utf8: ArraySlice<UInt8>) throws(JSONError) -> JSONValue {
    var parser = JSONParser(utf8)
    let value = try parser.value()
    parser.skipWhitespace()
    guard parser.position == utf8.endIndex else {
      throw parser.failure(.syntax("the end of the document"))
    }
    return value
  }

  private init(_ utf8: ArraySlice<UInt8>) {
    bytes = utf8
    start = utf8.startIndex
    position = utf8.startIndex
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipWhitespace()
    switch peek() {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"): return try number()
    case .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw failure(.syntax("a value"))
    }
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    try descend()
    defer { depth -= 1 }
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    position += 1
    skipWhitespace()
    if take("}") { return .object(members) }
    repeat {
      skipWhitespace()
      guard peek() == UInt8(ascii: "\"") else { throw failure(.syntax("a key")) }
      let keyPosition = position
      let key = try string()
      guard keys.insert(key).inserted else {
        throw JSONError(rule: .duplicateKey(key), offset: keyPosition - start)
      }
      skipWhitespace()
      guard take(":") else { throw failure(.syntax("\":\"")) }
      members.append(JSONValue.Member(key: key, value: try value()))
      skipWhitespace()
    } while take(",")
    guard take("}") else { throw failure(.syntax("\",\" or \"}\"")) }
    return .object(members)
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    try descend()
    defer { depth -= 1 }
    var values: [JSONValue] = []
    position += 1
    skipWhitespace()
    if take("]") { return .array(values) }
    repeat {
      values.append(try value())
      skipWhitespace()
    } while take(",")
    guard take("]") else { throw failure(.syntax("\",\" or \"]\"")) }
    return .array(values)
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let first = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return .number(String(decoding: bytes[first..<position], as: UTF8.self))
  }

  private mutating func digits() throws(JSONError) {
    let first = position
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    guard position > first else { throw failure(.syntax("a digit")) }
  }

  private mutating func literal(
    _ text: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    for scalar in "\(text)".utf8 {
      guard peek() == scalar else { throw failure(.syntax("\"\(text)\"")) }
      position += 1
    }
    return value
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var utf8: [UInt8] = []
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: utf8, as: UTF8.self)
      case UInt8(ascii: "\\"):
        position += 1
        utf8.append(contentsOf: String(try escape()).utf8)
      case ..<0x20:
        throw failure(.syntax("an escaped control character"))
      default:
        utf8.append(byte)
        position += 1
      }
    }
    throw failure(.syntax("the end of a string"))
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let byte = peek() else { throw failure(.syntax("an escape")) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try codeUnit()
      if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
      guard UTF16.isLeadSurrogate(first), take("\\"), take("u") else {
        throw failure(.syntax("a surrogate pair"))
      }
      let second = try codeUnit()
      guard UTF16.isTrailSurrogate(second) else { throw failure(.syntax("a trailing surrogate")) }
      return UTF16.decode(UTF16.EncodedScalar([first, second]))
    default:
      position -= 1
      throw failure(.syntax("one of the escapes of JSON"))
    }
  }

  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure(.syntax("four hexadecimal digits"))
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private mutating func descend() throws(JSONError) {
    depth += 1
    guard depth <= Self.depthLimit else { throw failure(.nestingTooDeep) }
  }

  private func peek() -> UInt8? {
    position < bytes.endIndex ? bytes[position] : nil
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func failure(_ rule: JSONError.Rule) -> JSONError {
    JSONError(rule: rule, offset: position - start)
  }
}
