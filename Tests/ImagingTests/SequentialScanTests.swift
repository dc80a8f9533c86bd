import Imaging
import SamplePhotos
import Testing

/// JPEGs with a single scan: a decoder of our own takes libjpeg's place, and may change no pixel.
/// Pictures with a scan for each component are libjpeg's own work; they are the yardstick.
@Suite struct SequentialScanTests {
  @Test(
    "One scan gives the pixels of the same photo in a scan for each component, at every scale",
    arguments: [(200, 150), (300, 440), (700, 500), (1000, 1200), (1810, 300), (3700, 90)],
    JPEGEncoding.Subsampling.allCases)
  func samePixels(size: (Int, Int), subsampling: JPEGEncoding.Subsampling) throws {
    let picture = PhotographicPicture.render(width: size.0, height: size.1, seed: 11)
    for quality in [40, 85, 100] {
      for interval in [0, 1, 7] {
        var one = JPEGEncoding()
        one.subsampling = subsampling
        one.quality = quality
        one.restartInterval = interval
        var several = one
        several.hasSeparateScans = true
        #expect(try decode(one.encode(picture)) == decode(several.encode(picture)))
      }
    }
  }

  @Test("The longest numbers there are")
  func strongestContrast() throws {
    // Checks of black and white, one pixel each: every coefficient is as large as it can be.
    let picture = Pictures.make(64, 48) { x, y in
      [UInt8](repeating: (x + y) % 2 == 0 ? 0 : 255, count: 3)
    }
    var one = JPEGEncoding()
    one.subsampling = .none
    one.quality = 100
    var several = one
    several.hasSeparateScans = true
    #expect(try decode(one.encode(picture)) == decode(several.encode(picture)))
  }

  @Test("Bits that are no code are corrupt, where libjpeg would draw on with a guess")
  func noCode() throws {
    var bytes = JPEGEncoding().encode(Pictures.busy(400, 300))
    // All ones are no code of any table; a zero is stuffed behind each byte.
    let middle = bytes.count / 2
    for index in stride(from: middle, to: middle + 16, by: 2) {
      bytes.replaceSubrange(index..<index + 2, with: [0xFF, 0x00])
    }
    #expect(decodeError(bytes)?.code == .corrupt)
  }

  @Test("A table of mean levels without codes is corrupt, also where none was read before")
  func noCodes() throws {
    var bytes = JPEGEncoding().encode(Pictures.busy(400, 300))
    let table = try #require(bytes.jpegSegment(marker: 0xC4))
    // Its first table is luma's of mean levels: class and number 0, counts, twelve symbols.
    #expect(bytes[table + 4] == 0)
    let length = Int(bytes[table + 2]) << 8 + Int(bytes[table + 3])
    #expect(length == 2 + 17 + 12)
    bytes.replaceSubrange(
      table + 2..<table + 2 + length, with: [0, 19, 0] + [UInt8](repeating: 0, count: 16))
    #expect(decodeError(bytes)?.code == .corrupt)
  }

  @Test("A restart marker that is missing, and one of another number, are corrupt")
  func restartMarkers() throws {
    var encoding = JPEGEncoding()
    encoding.restartInterval = 4
    let bytes = encoding.encode(Pictures.busy(400, 300))
    let marker = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD3 })
    var other = bytes
    other[marker + 1] = 0xD6
    #expect(decodeError(other)?.code == .corrupt)
    var missing = bytes
    missing.removeSubrange(marker..<marker + 2)
    #expect(decodeError(missing)?.code == .corrupt)
  }
}
