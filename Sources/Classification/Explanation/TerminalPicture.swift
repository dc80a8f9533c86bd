/// Draws a 28 x 28 input in a terminal: 14 lines of 28 characters, two rows of pixels a line.
public enum TerminalPicture {
  /// What the terminal can show.
  public enum Style: String, Sendable, CaseIterable {
    /// Half blocks in 24-bit colour.
    case trueColor
    /// Half blocks in the 256-colour palette's 24 grays, black and white.
    case palette
    /// Plain characters, the denser the brighter.
    case ascii
  }

  /// U+2580: its upper half has the foreground's colour, its lower half the background's.
  private static let upperHalfBlock = "\u{2580}"
  private static let reset = "\u{1B}[0m"
  private static let ramp = Array(" .:-=+*#%@")

  /// The picture's lines, from the top.
  ///
  /// - Parameters:
  ///   - pixels: 28 x 28 gray values as in ``PreparedInput/pixels``.
  ///   - style: what the terminal can show.
  public static func lines(_ pixels: Span<UInt8>, style: Style) -> [String] {
    precondition(pixels.count == PreparedInput.pixelCount, "a prepared input has 784 pixels")
    let edge = PreparedInput.edge
    return stride(from: 0, to: edge, by: 2).map { row in
      var line = ""
      for column in 0..<edge {
        line += cell(
          upper: pixels[row * edge + column], lower: pixels[(row + 1) * edge + column],
          style: style)
      }
      return style == .ascii ? line : line + reset
    }
  }

  private static func cell(upper: UInt8, lower: UInt8, style: Style) -> String {
    switch style {
    case .trueColor:
      "\u{1B}[38;2;\(upper);\(upper);\(upper);48;2;\(lower);\(lower);\(lower)m\(upperHalfBlock)"
    case .palette:
      "\u{1B}[38;5;\(paletteIndex(upper));48;5;\(paletteIndex(lower))m\(upperHalfBlock)"
    case .ascii:
      String(ramp[(Int(upper) + Int(lower)) * (ramp.count - 1) / (2 * 255)])
    }
  }

  /// The nearest gray of xterm's palette: 16 is black, 231 white, 232 to 255 are 8, 18, ... 238.
  private static func paletteIndex(_ gray: UInt8) -> Int {
    switch gray {
    case 0..<4: 16
    case 247...: 231
    default: 232 + min(23, max(0, (Int(gray) - 3) / 10))
    }
  }
}
