import Testing

@testable import JSON

@Suite struct JSONParserTests {
  @Test func aDocumentIsReadWithItsMembersInOrderAndItsNumbersToTheDigit() throws {
    let value = try parse(
      #" {"z": [1, -0.50e+3, 12345678901234567890], "a": {"t": true, "f": false, "n": null}} "#)
    #expect(
      value
        == .object([
          .init(
            key: "z",
            value: .array([.number("1"), .number("-0.50e+3"), .number("12345678901234567890")])),
          .init(
            key: "a",
            value: .object([
              .init(key: "t", value: .boolean(true)), .init(key: "f", value: .boolean(false)),
              .init(key: "n", value: .null),
            ])),
        ]))
  }

  @Test func everyEscapeIsRead() throws {
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\uDC5F é""#)
        == .string("\"\\/\u{8}\u{C}\n\r\té👟 é"))
  }

  @Test(arguments: [
    "", " ", "[1,]", "[,1]", "[1 2]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{'a':1}", "[1",
    "{\"a\":1",
    "01", "+1", "1.", ".5", "1e", "-", "NaN", "Infinity", "tru", "True", "nul", "\"a", "\"\n\"",
    #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#,
    #""\udc5f""#, "1 2", "[1]]", "// no\n1", "\u{FEFF}1",
  ])
  func whatTheGrammarDoesNotAllowIsRefused(text: String) {
    #expect {
      _ = try parse(text)
    } throws: { error in
      guard case .syntax? = (error as? JSONError)?.rule else { return false }
      return true
    }
  }

  @Test func aSyntaxErrorTellsWhereItIsAndWhatWasExpected() {
    #expect(throws: JSONError(rule: .syntax("a value"), offset: 6)) { try parse(#"{"a": }"#) }
  }

  @Test func aKeyThatStandsTwiceIsRefusedWhereItStandsAgain() throws {
    #expect(throws: JSONError(rule: .duplicateKey("a"), offset: 8)) {
      try parse(#"{"a":1, "\u0061":2}"#)
    }
    #expect(throws: Never.self) { try parse(#"[{"a":1}, {"a":2}]"#) }
  }

  @Test func nestingEndsAtTheLimit() throws {
    let deepest = JSONParser.depthLimit
    #expect(throws: Never.self) {
      try parse(String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest))
    }
    #expect(throws: JSONError(rule: .nestingTooDeep, offset: deepest)) {
      try parse(String(repeating: "[", count: 1_000_000))
    }
  }

  @Test func wholeNumbersAreOnlyThoseWrittenSo() throws {
    #expect(try parse("9007199254740993").integer == 9_007_199_254_740_993)
    #expect(try parse("9223372036854775808").integer == nil)
    #expect(try parse("1.0").integer == nil)
    #expect(try parse("1e3").double == 1000)
    #expect(try parse("1e999").double == nil)
  }

  private func parse(_ text: String) throws -> JSONValue {
    try JSONParser.parse(Array(text.utf8)[...])
  }
}
