/// Why a written value does not fit, as the end of a sentence that begins with the key's name.
struct ValueProblem: Error, Equatable {
  let message: String
}

/// How written values become numbers, durations and sizes.
enum ValueParsing {
  /// A whole number within `range`.
  static func integer(_ text: String, in range: ClosedRange<Int>) throws(ValueProblem) -> Int {
    guard let number = Int(text) else {
      throw ValueProblem(message: "must be a whole number, not `\(text)`")
    }
    guard range.contains(number) else {
      throw ValueProblem(
        message: "must be from \(range.lowerBound) to \(range.upperBound), not \(number)")
    }
    return number
  }

  /// A number from 0 to 1.
  static func probability(_ text: String) throws(ValueProblem) -> Double {
    guard let number = Double(text), (0...1).contains(number) else {
      throw ValueProblem(message: "must be a number from 0 to 1, not `\(text)`")
    }
    return number
  }

  /// A duration such as `500ms`, `2s`, `1.5s`, `10m` or `1h`, from 0 to a year.
  static func duration(_ text: String) throws(ValueProblem) -> Duration {
    let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
    for (unit, seconds) in units where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number >= 0,
        number * seconds <= 366 * 86400
      else { continue }
      return .milliseconds(Int64(number * seconds * 1000))
    }
    throw ValueProblem(
      message: "must be a duration with its unit, such as 500ms, 2s, 10m or 1h, not `\(text)`")
  }

  /// A number of bytes such as `4096`, `64KiB`, `256MiB` or `1GiB`.
  static func byteCount(_ text: String) throws(ValueProblem) -> Int {
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)]
    for (unit, factor) in units where text.hasSuffix(unit) {
      guard let number = Int(text.dropLast(unit.count)), number > 0 else { continue }
      let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
      if !overflow { return bytes }
    }
    throw ValueProblem(message: "must be a size such as 64KiB, 256MiB or 1GiB, not `\(text)`")
  }

  /// One of the names in `choices`.
  static func choice(_ text: String, of choices: [String]) throws(ValueProblem) -> String {
    guard choices.contains(text) else {
      throw ValueProblem(
        message: "must be one of \(choices.joined(separator: ", ")), not `\(text)`")
    }
    return text
  }

  /// A path that begins with `/`.
  static func absolutePath(_ text: String) throws(ValueProblem) -> String {
    guard text.hasPrefix("/") else {
      throw ValueProblem(message: "must be a path that begins with `/`, not `\(text)`")
    }
    return text
  }
}

extension Duration {
  /// The duration as it is written in a configuration file.
  var configurationText: String {
    let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    if milliseconds % 1000 != 0 || milliseconds == 0 { return "\(milliseconds)ms" }
    let seconds = milliseconds / 1000
    if seconds % 3600 == 0 { return "\(seconds / 3600)h" }
    return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
  }
}

/// A number of bytes as it is written in a configuration file.
func byteCountText(_ bytes: Int) -> String {
  for (unit, factor) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
  where bytes % factor == 0 {
    return "\(bytes / factor)\(unit)"
  }
  return String(bytes)
}
