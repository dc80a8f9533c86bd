import Classification
import Testing

struct TerminalPictureTests {
  /// Upper half of every pair of rows white, lower half black.
  private let stripes = (0..<784).map { UInt8($0 / 28 % 2 == 0 ? 255 : 0) }

  @Test func aLineShowsTwoRowsInTrueColour() {
    let lines = TerminalPicture.lines(stripes.span, style: .trueColor)
    #expect(lines.count == 14)
    let cell = "\u{1B}[38;2;255;255;255;48;2;0;0;0m\u{2580}"
    #expect(lines[0] == String(repeating: cell, count: 28) + "\u{1B}[0m")
  }

  @Test func paletteHasItsBlackAndWhite() {
    let lines = TerminalPicture.lines(stripes.span, style: .palette)
    #expect(lines[3].hasPrefix("\u{1B}[38;5;231;48;5;16m\u{2580}"))
  }

  @Test func asciiIsDenserWhereBrighter() {
    let ramp = (0..<784).map { UInt8(min(255, $0 % 28 * 10)) }
    let lines = TerminalPicture.lines(ramp.span, style: .ascii)
    #expect(lines.allSatisfy { $0 == lines[0] && $0.count == 28 })
    #expect(lines[0].first == " ")
    #expect(lines[0].last == "@")
  }
}
