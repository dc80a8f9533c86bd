/// One marker of a JPEG stream, with the segment that belongs to it.
struct JPEGMarker {
  static let startOfImage: UInt8 = 0xD8
  static let endOfImage: UInt8 = 0xD9
  static let startOfScan: UInt8 = 0xDA
  static let app1: UInt8 = 0xE1

  var code: UInt8
  /// The segment's bytes behind its length; empty for a marker that stands alone.
  var payload: Range<Int>
  /// Where to look for the next marker.
  var end: Int { payload.upperBound }

  /// The first marker at or after `position`. Whatever lies between two markers, entropy-coded data
  /// above all, is passed over; so does libjpeg.
  static func next(in bytes: Span<UInt8>, from position: Int) throws(DecodeError) -> JPEGMarker {
    let name = ImageFormat.jpeg.name
    let start = bytes.nextJPEGMarker(from: position)
    guard start < bytes.count else { throw .truncated(name) }
    let code = bytes[start + 1]
    let afterMarker = start + 2
    switch code {
    case startOfImage, endOfImage, 0x01:
      return JPEGMarker(code: code, payload: afterMarker..<afterMarker)
    default:
      guard afterMarker + 2 <= bytes.count else { throw .truncated(name) }
      let length = Int(bytes[afterMarker]) << 8 | Int(bytes[afterMarker + 1])
      guard length >= 2 else { throw .corrupt(name, "a segment's length is \(length)") }
      guard afterMarker + length <= bytes.count else { throw .truncated(name) }
      return JPEGMarker(code: code, payload: afterMarker + 2..<afterMarker + length)
    }
  }
}
