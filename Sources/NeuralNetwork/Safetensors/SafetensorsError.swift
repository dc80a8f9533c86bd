/// The rule of the safetensors format that a file breaks, one case a rule; after `validate` in
/// `tensor.rs` of huggingface/safetensors. `description` is a whole sentence for the user.
public enum SafetensorsError: Error, Sendable, Equatable {
  /// Fewer than the eight bytes of the header's length.
  case headerTooSmall(bytes: Int)
  /// The length claims more than `Safetensors.headerLimit`.
  case headerTooLarge(length: UInt64)
  /// The length claims more bytes than the file has.
  case headerBeyondEnd(length: Int, available: Int)
  case headerNotUTF8
  case headerStart
  case headerNotJSON(reason: String)
  case headerTooDeep(reason: String)
  case duplicateName(reason: String)
  case metadataNotStrings
  /// A tensor's entry is not exactly `dtype`, `shape` and `data_offsets`.
  case tensorEntry(name: String)
  case unknownType(name: String, type: String)
  case invalidShape(name: String)
  /// `data_offsets` are not two whole numbers with begin <= end.
  case invalidOffsets(name: String)
  /// The shape's product overflows.
  case sizeOverflow(name: String)
  /// Shape times element size is not end - begin.
  case sizeMismatch(name: String, expected: Int, actual: Int)
  /// The tensor begins before the end of the one before it.
  case overlap(name: String)
  /// Bytes that belong to no tensor lie before this one.
  case gap(name: String)
  /// The tensor ends behind the end of the file.
  case beyondEnd(name: String)
  /// Bytes that belong to no tensor lie behind the last one.
  case trailingBytes(count: Int)
  case tensorNotFound(name: String)
  /// The tensor is there, but not of the element type that was asked for.
  case wrongType(name: String, expected: String, actual: String)
  /// The file's bytes cannot be read.
  case unreadable(reason: String)

  /// The rule's short name, the same in every message, log and test.
  public var rule: String {
    switch self {
    case .headerTooSmall: "header_too_small"
    case .headerTooLarge: "header_too_large"
    case .headerBeyondEnd: "header_beyond_end"
    case .headerNotUTF8: "header_not_utf8"
    case .headerStart: "header_start"
    case .headerNotJSON: "header_not_json"
    case .headerTooDeep: "header_too_deep"
    case .duplicateName: "duplicate_name"
    case .metadataNotStrings: "metadata_not_strings"
    case .tensorEntry: "tensor_entry"
    case .unknownType: "unknown_dtype"
    case .invalidShape: "invalid_shape"
    case .invalidOffsets: "invalid_offsets"
    case .sizeOverflow: "size_overflow"
    case .sizeMismatch: "size_mismatch"
    case .overlap: "overlap"
    case .gap: "gap"
    case .beyondEnd: "beyond_end"
    case .trailingBytes: "trailing_bytes"
    case .tensorNotFound: "tensor_not_found"
    case .wrongType: "wrong_dtype"
    case .unreadable: "unreadable"
    }
  }
}

extension SafetensorsError: CustomStringConvertible {
  /// The rule and the sentence.
  public var description: String { "\(rule): \(message)" }

  /// What is wrong, as a whole sentence.
  public var message: String {
    switch self {
    case .headerTooSmall(let bytes):
      "the file has \(bytes) bytes, a safetensors file begins with 8 for the header's length."
    case .headerTooLarge(let length):
      "the header claims \(length) bytes, at most \(Safetensors.headerLimit) are allowed."
    case .headerBeyondEnd(let length, let available):
      "the header claims \(length) bytes, only \(available) follow; the file is cut off or no "
        + "safetensors file."
    case .headerNotUTF8: "the header is not UTF-8."
    case .headerStart: "the header does not start with \"{\"."
    case .headerNotJSON(let reason): "the header is not JSON: \(reason)."
    case .headerTooDeep(let reason): "the header is nested too deeply: \(reason)."
    case .duplicateName(let reason): "the header repeats a name: \(reason)."
    case .metadataNotStrings: "__metadata__ must be an object whose values are all strings."
    case .tensorEntry(let name):
      "the entry of tensor \"\(name)\" must have exactly dtype, shape and data_offsets."
    case .unknownType(let name, let type):
      "tensor \"\(name)\" has the unknown element type \"\(type)\"."
    case .invalidShape(let name):
      "the shape of tensor \"\(name)\" must be a list of whole numbers, none negative."
    case .invalidOffsets(let name):
      "data_offsets of tensor \"\(name)\" must be two whole numbers, begin not behind end."
    case .sizeOverflow(let name): "the size of tensor \"\(name)\" overflows."
    case .sizeMismatch(let name, let expected, let actual):
      "tensor \"\(name)\" needs \(expected) bytes by its shape and type, its offsets give \(actual)."
    case .overlap(let name): "tensor \"\(name)\" begins inside the tensor before it."
    case .gap(let name): "bytes that belong to no tensor lie before tensor \"\(name)\"."
    case .beyondEnd(let name): "tensor \"\(name)\" ends behind the end of the file."
    case .trailingBytes(let count): "\(count) bytes that belong to no tensor end the file."
    case .tensorNotFound(let name): "the file has no tensor \"\(name)\"."
    case .wrongType(let name, let expected, let actual):
      "tensor \"\(name)\" must be \(expected) and is \(actual)."
    case .unreadable(let reason): "the file cannot be read: \(reason)."
    }
  }
}
