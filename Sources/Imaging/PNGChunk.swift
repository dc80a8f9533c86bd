/// One chunk of a PNG: length, type, data, checksum.
struct PNGChunk {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  static let imageEnd: [UInt8] = Array("IEND".utf8)

  /// Where its length stands.
  var start: Int
  /// Where the next chunk begins.
  var end: Int

  /// The chunk at `position`, whole.
  static func next(in bytes: Span<UInt8>, from position: Int) throws(DecodeError) -> PNGChunk {
    let name = ImageFormat.png.name
    guard position + 12 <= bytes.count else { throw .truncated(name) }
    var length = 0
    for index in position..<position + 4 { length = length << 8 | Int(bytes[index]) }
    // The standard's limit; a longer one, or a type that is not four letters, is no chunk at all.
    guard length <= Int(Int32.max), (4..<8).allSatisfy({ bytes[position + $0].isASCIILetter })
    else { throw .corrupt(name, "there is no chunk at byte \(position)") }
    guard length <= bytes.count - position - 12 else { throw .truncated(name) }
    return PNGChunk(start: position, end: position + 12 + length)
  }

  func hasType(_ type: [UInt8], in bytes: Span<UInt8>) -> Bool {
    bytes.hasBytes(type, at: start + 4)
  }
}

extension UInt8 {
  fileprivate var isASCIILetter: Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self & 0xDF)
  }
}
