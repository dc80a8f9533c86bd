import FoundationEssentials

/// Text that is HTML or SVG already; plain text becomes it only through `escaped`.
struct Markup: ExpressibleByStringInterpolation {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  private init(text: String) { self.text = text }

  /// Plain text with the characters that mean something in markup written out.
  static func escaped(_ plain: String) -> Markup {
    var text = ""
    for character in plain {
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      default: text.append(character)
      }
    }
    return Markup(text: text)
  }

  /// Several, one after the other.
  static func joined(_ parts: some Sequence<Markup>) -> Markup {
    Markup(text: parts.map(\.text).joined())
  }

  /// A picture inside the page.
  static func picture(png: [UInt8], width: Int, alt: String) -> Markup {
    let data = Data(png).base64EncodedString()
    return
      "<img src=\"data:image/png;base64,\(Markup(text: data))\" width=\"\(width)\" alt=\"\(alt)\">"
  }

  static func + (left: Markup, right: Markup) -> Markup { Markup(text: left.text + right.text) }

  /// Strings are escaped where they are put in; numbers are rounded to what a page can show.
  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 8)
    }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
    mutating func appendInterpolation(_ plain: String) { text += escaped(plain).text }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
    mutating func appendInterpolation(_ number: Double) { text += fixed(number, digits: 1) }
  }
}
