/// A JSON document (RFC 8259), as `JSONParser` reads it and `JSONWriter` writes it.
///
/// Foundation's decoder keeps one of several equal keys and says nothing; a weights file is refused
/// for that. So an object here keeps its members in order, each key known to be there once, and a
/// number keeps its digits, so that no offset is rounded through a `Double`.
public enum JSONValue: Sendable, Equatable {
  case null
  case boolean(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One member of an object.
  public struct Member: Sendable, Equatable {
    /// The member's name, unescaped.
    public let key: String
    /// What stands behind it.
    public let value: JSONValue

    /// Creates a member.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The whole number, if this is one that is written without fraction or exponent and fits.
  public var integer: Int? {
    guard case .number(let digits) = self else { return nil }
    return Int(digits)
  }

  /// The number, if this is one and it is finite as a `Double`.
  public var double: Double? {
    guard case .number(let digits) = self, let value = Double(digits), value.isFinite else {
      return nil
    }
    return value
  }

  /// The truth value, if this is one.
  public var boolean: Bool? {
    guard case .boolean(let value) = self else { return nil }
    return value
  }

  /// The text, if this is one.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The elements, if this is an array.
  public var array: [JSONValue]? {
    guard case .array(let values) = self else { return nil }
    return values
  }

  /// The members, if this is an object.
  public var object: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// A whole number.
  public static func number(_ value: Int) -> JSONValue { .number(String(value)) }

  /// A number with as few digits as give the same number back.
  ///
  /// - Precondition: `value` is finite; JSON has no other numbers.
  public static func number(_ value: Double) -> JSONValue {
    precondition(value.isFinite, "JSON has no infinities")
    return .number("\(value)")
  }

  /// The document as JSON without a space, members in their order.
  public var text: String {
    var writer = JSONWriter()
    writer.value(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
