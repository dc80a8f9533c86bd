import FoundationEssentials
import JSON
import Testing

@Suite struct JSONWriterTests {
  @Test func escapesWhatJSONDemandsAndNothingElse() {
    var writer = JSONWriter()
    writer.string("\"\\/\n\r\t\u{0}\u{8}\u{1F}\u{7F}\u{2028}é👟")
    let expected = "\"\\\"\\\\/\\n\\r\\t\\u0000\\u0008\\u001f\u{7F}\u{2028}é👟\""
    #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
  }

  @Test func everyCharacterIsReadBackByAnotherParser() throws {
    let text = String(
      String.UnicodeScalarView((0...0x2FFF).compactMap { Unicode.Scalar(UInt32($0)) }))
    var writer = JSONWriter()
    writer.array([text, ""]) { $0.string($1) }
    #expect(try JSONDecoder().decode([String].self, from: Data(writer.bytes)) == [text, ""])
  }

  @Test func numbersAreTheShortestThatReadBack() throws {
    for value in [0.9871, 0.1 + 0.2, 1e-7, 123_456_789.125] {
      var writer = JSONWriter()
      writer.array([value]) { $0.number($1) }
      #expect(try JSONDecoder().decode([Double].self, from: Data(writer.bytes)) == [value])
    }
  }

  @Test func keysStandInTheOrderGiven() {
    var writer = JSONWriter(.indented)
    writer.object { writer in
      writer.member("z", 1)
      writer.member("a", "x")
      writer.key("empty")
      writer.object { _ in }
      writer.key("list")
      writer.array([1, 2]) { $0.integer($1) }
    }
    #expect(
      String(decoding: writer.bytes, as: UTF8.self) == """
        {
          "z": 1,
          "a": "x",
          "empty": {},
          "list": [
            1,
            2
          ]
        }
        """)
  }

  @Test func aValueIsWrittenSoThatItReadsBackTheSame() throws {
    let value = JSONValue.object([
      .init(key: "z\n", value: .array([.number("1e400"), .number(-3), .number(0.1), .null])),
      .init(key: "a", value: .object([])),
      .init(key: "\u{1}", value: .array([.boolean(true), .boolean(false), .string("\"👟")])),
    ])
    #expect(
      value.text == #"{"z\n":[1e400,-3,0.1,null],"a":{},"\u0001":[true,false,"\"👟"]}"#)
    #expect(try JSONParser.parse(Array(value.text.utf8)[...]) == value)
  }
}
