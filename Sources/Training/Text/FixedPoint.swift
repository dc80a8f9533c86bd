import Glibc

/// Numbers with a fixed number of digits after the point.
public enum FixedPoint {
  /// The text of a number, rounded from its exact binary value as C and Python do.
  public static func text(_ value: Double, digits: Int) -> String {
    // The largest double has 309 digits before the point.
    var buffer = [CChar](repeating: 0, count: 400)
    let written = unsafe withVaList([Int32(digits), value]) { arguments in
      unsafe vsnprintf(&buffer, buffer.count, "%.*f", arguments)
    }
    return String(
      decoding: buffer.prefix(Int(written)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The same, for this module.
func fixed(_ value: Double, digits: Int) -> String { FixedPoint.text(value, digits: digits) }

/// A text at the right end of a field.
func padded(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
