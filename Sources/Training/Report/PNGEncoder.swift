/// Gray pictures as PNG (ISO 15948), for embedding in pages.
enum PNGEncoder {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// A picture of 8-bit gray values.
  ///
  /// - Precondition: `pixels` holds width * height values, rows from the top.
  static func encode(pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    precondition(pixels.count == width * height, "a picture has width * height pixels")
    // 8 bits, gray, deflate, the only filter method, not interlaced.
    let header = word(width) + word(height) + [8, 0, 0, 0, 0]
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (width + 1))
    for row in 0..<height {
      rows.append(0)  // No filter: the pictures are tiny.
      rows.append(contentsOf: pixels[row * width..<(row + 1) * width])
    }
    return signature + chunk("IHDR", header) + chunk("IDAT", Zlib.deflate(rows))
      + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return word(data.count) + body + word(Int(Zlib.crc32(body)))
  }

  private static func word(_ value: Int) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
