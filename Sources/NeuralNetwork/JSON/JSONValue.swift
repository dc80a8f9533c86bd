/// A JSON document (RFC 8259) as read by `JSONParser`.
///
/// Foundation's decoder keeps one of several equal keys and says nothing; a weights file is refused
/// for that. So an object here keeps its members in order, each key known to be there once, and a
/// number keeps its digits, so that no offset is rounded through a `Double`.
enum JSONValue: Equatable {
  case null
  case boolean(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  struct Member: Equatable {
    var key: String
    var value: JSONValue
  }

  /// The whole number, if this is one that is written without fraction or exponent and fits.
  var integer: Int? {
    guard case .number(let digits) = self else { return nil }
    return Int(digits)
  }

  /// The number, if this is one and it is finite as a `Double`.
  var double: Double? {
    guard case .number(let digits) = self, let value = Double(digits), value.isFinite else {
      return nil
    }
    return value
  }

  var boolean: Bool? {
    guard case .boolean(let value) = self else { return nil }
    return value
  }

  var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  var array: [JSONValue]? {
    guard case .array(let values) = self else { return nil }
    return values
  }

  var object: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  static func number(_ value: Int) -> JSONValue { .number(String(value)) }

  /// - Precondition: `value` is finite; JSON has no other numbers.
  static func number(_ value: Double) -> JSONValue {
    precondition(value.isFinite, "JSON has no infinities")
    return .number("\(value)")
  }
}
