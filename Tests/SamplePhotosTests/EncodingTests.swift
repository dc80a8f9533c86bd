import Imaging
import SamplePhotos
import Testing

/// The writers write what they are asked for; that it decodes is shown by Imaging's tests.
@Suite struct EncodingTests {
  private let picture = RGBImage(
    width: 32, height: 16, pixels: (0..<32 * 16 * 3).map { UInt8(truncatingIfNeeded: $0 * 5) })

  /// The codes of a JPEG's markers, in order, entropy-coded data passed over.
  private func markers(_ bytes: [UInt8]) -> [UInt8] {
    zip(bytes, bytes.dropFirst()).compactMap { $0 == 0xFF && $1 != 0 && $1 != 0xFF ? $1 : nil }
  }

  @Test("JPEG's options can be seen in its markers")
  func jpeg() {
    var encoding = JPEGEncoding()
    let plain = markers(encoding.encode(picture))
    #expect(plain.contains(0xC0) && plain.count { $0 == 0xDA } == 1 && !plain.contains(0xE1))

    encoding.isProgressive = true
    encoding.orientation = 6
    encoding.iccProfile = [1, 2, 3]
    let progressive = markers(encoding.encode(picture))
    #expect(progressive.contains(0xC2) && progressive.count { $0 == 0xDA } > 5)
    #expect(progressive.starts(with: [0xD8, 0xE1, 0xE2]))

    encoding = JPEGEncoding()
    encoding.restartInterval = 1
    // Two MCUs of 16 x 16: one restart between them.
    #expect(markers(encoding.encode(picture)).count { (0xD0...0xD7).contains($0) } == 1)

    encoding.colours = .ycck
    #expect(markers(encoding.encode(picture)).contains(0xEE))
  }

  @Test("Subsampling stands in the frame header", arguments: JPEGEncoding.Subsampling.allCases)
  func subsampling(_ subsampling: JPEGEncoding.Subsampling) throws {
    var encoding = JPEGEncoding()
    encoding.subsampling = subsampling
    let bytes = encoding.encode(picture)
    let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    let factors: UInt8 =
      switch subsampling {
      case .none: 0x11
      case .horizontal: 0x21
      case .both: 0x22
      }
    #expect(bytes[frame + 11] == factors)
  }

  @Test("PNG's header tells kind, depth and interlacing")
  func png() {
    for kind in PNGEncoding.Kind.allCases where kind != .palette {
      for isInterlaced in [false, true] {
        let bytes = PNGEncoding(kind: kind, bitDepth: 16, isInterlaced: isInterlaced).encode(
          picture)
        #expect(Array(bytes[16..<24]) == [0, 0, 0, 32, 0, 0, 0, 16])
        #expect(bytes[24] == 16)
        #expect(bytes[25] == UInt8(kind.rawValue))
        #expect(bytes[28] == (isInterlaced ? 1 : 0))
      }
    }
  }

  @Test("A chunk's checksum is the standard's CRC-32")
  func checksum() {
    // Every PNG ends with this chunk.
    #expect(
      pngChunk(type: "IEND", [])
        == [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
  }
}
