/// Exif as photos carry it.
public enum Exif {
  /// A TIFF structure whose first directory holds nothing but the orientation.
  public static func tiff(orientation: Int, isLittleEndian: Bool = true) -> [UInt8] {
    func number(_ value: Int, bytes count: Int) -> [UInt8] {
      let littleEndian = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isLittleEndian ? littleEndian : littleEndian.reversed()
    }
    let order: [UInt8] = isLittleEndian ? [0x49, 0x49] : [0x4D, 0x4D]
    let header = order + number(42, bytes: 2) + number(8, bytes: 4)
    let entry =
      number(274, bytes: 2) + number(3, bytes: 2) + number(1, bytes: 4)
      + number(orientation, bytes: 2) + [0, 0]
    return header + number(1, bytes: 2) + entry + number(0, bytes: 4)
  }

  /// What stands in a JPEG's APP1 segment.
  public static func payload(orientation: Int, isLittleEndian: Bool = true) -> [UInt8] {
    Array("Exif".utf8) + [0, 0] + tiff(orientation: orientation, isLittleEndian: isLittleEndian)
  }
}

enum ICCProfile {
  /// What stands in a JPEG's APP2 segment: part 1 of 1.
  static func payload(_ profile: [UInt8]) -> [UInt8] {
    Array("ICC_PROFILE".utf8) + [0, 1, 1] + profile
  }
}

extension [UInt8] {
  /// Puts a segment right behind a JPEG's start of image. At most 65,533 bytes.
  public mutating func insertJPEGSegment(marker: UInt8, _ payload: [UInt8]) {
    let length = payload.count + 2
    precondition(length <= 0xFFFF, "a JPEG segment holds at most 65,533 bytes")
    insert(
      contentsOf: [0xFF, marker, UInt8(length >> 8), UInt8(length & 0xFF)] + payload, at: 2)
  }

  /// Puts a chunk with a right checksum behind a PNG's IHDR.
  public mutating func insertPNGChunk(type: String, _ data: [UInt8]) {
    insert(contentsOf: pngChunk(type: type, data), at: 33)
  }
}

/// A PNG chunk: length, type, data, CRC-32 of type and data.
public func pngChunk(type: String, _ data: [UInt8]) -> [UInt8] {
  let body = Array(type.utf8) + data
  return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
}

/// The four bytes of a number in a PNG.
public func bigEndian(_ value: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// The PNG standard's checksum (annex D), bit by bit.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  var remainder: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    remainder ^= UInt32(byte)
    for _ in 0..<8 {
      remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1
    }
  }
  return ~remainder
}
