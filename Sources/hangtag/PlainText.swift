import Service
import Training

extension String {
  /// The text with spaces behind it up to a width.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// The text with spaces before it up to a width.
  func aligned(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }

  /// The text without spaces at its end.
  var trimmed: String {
    String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
  }

  /// The text for a terminal: a file's name may hold control characters.
  var printable: String { LineLogHandler.escaped(self) }
}

extension Double {
  /// A probability as 98.71%.
  var percent: String { FixedPoint.text(self * 100, digits: 2) + "%" }
}

extension BinaryInteger {
  /// The number with a comma before each three digits.
  var grouped: String {
    var groups: [Substring] = []
    var rest = Substring(String(magnitude))
    while rest.count > 3 {
      groups.insert(rest.suffix(3), at: 0)
      rest = rest.dropLast(3)
    }
    return (self < 0 ? "-" : "") + ([rest] + groups).joined(separator: ",")
  }
}

/// A number with its noun: 1 photo, 2 photos.
func counted(_ count: Int, _ noun: String) -> String {
  "\(count.grouped) \(noun)\(count == 1 ? "" : "s")"
}

/// Lines of a name and what there is to say about it; an empty name goes on with the one before.
struct FactSheet {
  private var facts: [(name: String, value: String)] = []

  /// Control characters, which a file may have put there, are escaped.
  mutating func add(_ name: String, _ value: String) {
    facts.append((name.printable, value.printable))
  }

  /// The lines, each name in a column of its own.
  func text(indent: Int = 0) -> String {
    let width = facts.map(\.name.count).max() ?? 0
    return facts.map { fact in
      String(repeating: " ", count: indent) + fact.name.padded(to: width) + "  " + fact.value + "\n"
    }.joined()
  }
}
