import Testing

@testable import NeuralNetwork

/// A file of the given header and data.
private func file(_ header: String, data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
  let text = Array(header.utf8)
  let size = length ?? UInt64(text.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + text + data
}

/// One tensor's entry.
private func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
  "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

@Suite struct SafetensorsTests {
  /// A file that breaks one rule, and the rule.
  struct Broken: Sendable, CustomTestStringConvertible {
    let rule: String
    let bytes: [UInt8]

    var testDescription: String { rule }

    init(_ rule: String, _ bytes: [UInt8]) {
      self.rule = rule
      self.bytes = bytes
    }

    init(_ rule: String, header: String, data: Int = 0) {
      self.init(rule, file(header, data: [UInt8](repeating: 0, count: data)))
    }

    /// One tensor `t` with four bytes of data.
    init(_ rule: String, type: String = "F32", shape: String = "[1]", offsets: String = "[0,4]") {
      self.init(rule, header: "{\(entry("t", type, shape, offsets))}", data: 4)
    }
  }

  static let broken: [Broken] = [
    Broken("header_too_small", []),
    Broken("header_too_small", [2, 0, 0, 0, 0, 0, 0]),
    Broken("header_too_large", file("{}", length: 100_000_001)),
    Broken("header_too_large", file("{}", length: .max)),
    Broken("header_beyond_end", file("{}", length: 3)),
    Broken("header_not_utf8", file("", data: [0x7B, 0x22, 0xC3, 0x28, 0x22, 0x7D], length: 6)),
    Broken("header_start", header: " {}"),
    Broken("header_start", header: ""),
    Broken("header_start", header: "[]"),
    Broken("header_not_json", header: "{"),
    Broken("header_not_json", header: "{}x"),
    Broken("header_not_json", header: "{\"a\":}"),
    Broken("header_too_deep", header: "{\"a\":" + String(repeating: "[", count: 100_000)),
    Broken(
      "duplicate_name",
      header: "{\(entry("t", "F32", "[0]", "[0,0]")),\(entry("t", "F32", "[0]", "[0,0]"))}"),
    Broken("duplicate_name", header: "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}"),
    Broken("metadata_not_strings", header: "{\"__metadata__\":{\"a\":1}}"),
    Broken("metadata_not_strings", header: "{\"__metadata__\":[]}"),
    Broken("tensor_entry", header: "{\"t\":7}"),
    Broken("tensor_entry", header: "{\"t\":{\"dtype\":\"F32\",\"shape\":[0]}}"),
    Broken(
      "tensor_entry",
      header: "{\"t\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"extra\":1}}"),
    Broken("unknown_dtype", type: "F33"),
    Broken("invalid_shape", shape: "[-1]"),
    Broken("invalid_shape", shape: "[1.0]"),
    Broken("invalid_shape", shape: "1"),
    Broken("invalid_shape", shape: "[9223372036854775808]"),
    Broken("invalid_offsets", offsets: "[4,0]"),
    Broken("invalid_offsets", offsets: "[-4,0]"),
    Broken("invalid_offsets", offsets: "[0,4,8]"),
    Broken("invalid_offsets", offsets: "[0,1e1]"),
    Broken("size_overflow", shape: "[4294967296,4294967296]"),
    Broken("size_overflow", shape: "[9223372036854775807]"),
    Broken("size_mismatch", shape: "[2]"),
    Broken("size_mismatch", type: "F64"),
    Broken(
      "overlap",
      header: "{\(entry("a", "U8", "[3]", "[0,3]")),\(entry("b", "U8", "[2]", "[2,4]"))}", data: 4),
    Broken(
      "gap", header: "{\(entry("a", "U8", "[1]", "[0,1]")),\(entry("b", "U8", "[2]", "[2,4]"))}",
      data: 4),
    Broken("gap", header: "{\(entry("a", "U8", "[3]", "[1,4]"))}", data: 4),
    Broken("beyond_end", shape: "[2]", offsets: "[0,8]"),
    Broken(
      "beyond_end", type: "U8", shape: "[9223372036854775807]",
      offsets: "[0,9223372036854775807]"),
    Broken("trailing_bytes", type: "U8", offsets: "[0,1]"),
    Broken("trailing_bytes", header: "{}", data: 1),
  ]

  @Test(arguments: broken)
  func `a file that breaks a rule is refused with the rule's name`(broken: Broken) {
    let error = #expect(throws: SafetensorsError.self) { try Safetensors(bytes: broken.bytes) }
    #expect(error?.rule == broken.rule)
    #expect(error?.description.hasPrefix(broken.rule + ": ") == true)
    #expect(error?.message.hasSuffix(".") == true)
  }

  @Test func `what is written is read back`() throws {
    let tensors = [
      (
        "b.weight",
        Tensor(
          shape: [2, 3], values: [1, -2, .pi, 0, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
      ),
      ("a", Tensor(shape: [], values: [7])), ("empty", Tensor(shape: [0, 4], values: [])),
    ]
    let metadata = ["quote\"\\\u{1}": "line\nÄ𝄞", "hangtag.labels": "[\"a\"]"]
    let bytes = Safetensors.serialize(metadata: metadata, tensors: tensors)
    let read = try Safetensors(bytes: bytes)
    #expect(read.metadata == metadata)
    #expect(read.names == ["b.weight", "a", "empty"])
    for (name, tensor) in tensors { #expect(try read.tensor(name) == tensor) }
    #expect(Safetensors.serialize(metadata: metadata, tensors: tensors) == bytes)
  }

  @Test func `the tensors' order in the header does not matter`() throws {
    let header = "{\(entry("b", "U8", "[2]", "[2,4]")),\(entry("a", "U8", "[2]", "[0,2]"))}  "
    let read = try Safetensors(bytes: file(header, data: [1, 2, 3, 4]))
    #expect(read.names == ["a", "b"])
    #expect(try read.unsignedBytes("b") == [3, 4])
    #expect(read.metadata.isEmpty)
  }

  @Test func `escapes of JSON are understood`() throws {
    let header = #"{"__metadata__":{"\u00e9\ud834\udd1e\/":"\b\f\n\r\t\\\""}}"#
    let read = try Safetensors(bytes: file(header))
    #expect(read.metadata == ["é𝄞/": "\u{8}\u{C}\n\r\t\\\""])
  }

  @Test(arguments: [
    #"{"a":"\ud834"}"#, #"{"a":"\udd1e"}"#, #"{"a":"\x"}"#, #"{"a":"\u12g4"}"#, "{\"a\":\"\n\"}",
    #"{"a":01}"#, #"{"a":1.}"#, #"{"a":+1}"#, #"{"a":1e}"#, #"{"a":tru}"#, #"{"a" 1}"#, #"{a:1}"#,
    #"{"a":[1,]}"#, #"{"a":1,}"#, #"{"a":"x}"#, "{\"a\":1}\0",
  ])
  func `what is no JSON is refused`(header: String) {
    let error = #expect(throws: SafetensorsError.self) {
      try Safetensors(bytes: file(header))
    }
    #expect(error?.rule == "header_not_json")
  }

  @Test func `asking for what is not there is an error`() throws {
    let read = try Safetensors(
      bytes: file("{\(entry("t", "F32", "[1]", "[0,4]"))}", data: [0, 0, 128, 63]))
    #expect(try read.tensor("t").values == [1])
    #expect(throws: SafetensorsError.tensorNotFound(name: "u")) { try read.tensor("u") }
    #expect(throws: SafetensorsError.wrongType(name: "t", expected: "F64", actual: "F32")) {
      try read.doubles("t")
    }
  }

  @Test func `no cut or changed byte makes it crash`() throws {
    let bytes = Safetensors.serialize(
      metadata: ["k": "v"], tensors: [("a", Tensor(shape: [2], values: [1, 2]))])
    for end in bytes.indices {
      #expect(throws: SafetensorsError.self) { try Safetensors(bytes: Array(bytes[..<end])) }
    }
    for position in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[position] ^= 1 << bit
        _ = try? Safetensors(bytes: changed)
      }
    }
  }
}
