import Imaging
import SamplePhotos
import Testing

/// Small files that ask for much, and files that lie.
@Suite struct HostileInputTests {
  /// A JPEG of 16 x 16 whose header claims another size.
  private func claiming(
    _ width: Int, _ height: Int, isProgressive: Bool = false, hasSeparateScans: Bool = false
  ) throws -> [UInt8] {
    var encoding = JPEGEncoding()
    encoding.isProgressive = isProgressive
    encoding.hasSeparateScans = hasSeparateScans
    var bytes = encoding.encode(Pictures.busy(16, 16))
    let frame = try #require(bytes.jpegSegment(marker: isProgressive ? 0xC2 : 0xC0))
    let size = [height >> 8, height & 0xFF, width >> 8, width & 0xFF].map { UInt8($0) }
    bytes.replaceSubrange(frame + 5..<frame + 9, with: size)
    return bytes
  }

  /// A PNG of 16 x 16 whose header claims another size, with a right checksum.
  private func pngClaiming(_ width: Int, _ height: Int, isInterlaced: Bool) -> [UInt8] {
    let bytes = PNGEncoding(kind: .rgba, isInterlaced: isInterlaced).encode(Pictures.busy(16, 16))
    let size = [width, height].flatMap { edge in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: edge >> $0) }
    }
    let header = pngChunk(type: "IHDR", size + bytes[24..<29])
    return bytes[0..<8] + header + bytes[33...]
  }

  @Test("A small file that claims 64,250 x 64,250 pixels is refused by its header")
  func hugeClaim() throws {
    for bytes in [
      try claiming(64250, 64250), try claiming(64250, 64250, isProgressive: true),
      pngClaiming(64250, 64250, isInterlaced: false), pngClaiming(64250, 64250, isInterlaced: true),
      pngClaiming(0x7FFF_FFFF, 0x7FFF_FFFF, isInterlaced: true),
    ] {
      #expect(bytes.count < 5000)
      let error = try #require(decodeError(bytes))
      #expect(error.code == .tooLarge)
      #expect(error.message.contains("pixels"), "\(error.message)")
    }
  }

  @Test("Coefficients, and rows, that would not fit in memory are refused by the header")
  func memory() throws {
    // 240 megapixels 4:2:0: 720 MB of coefficients.
    let separate = try claiming(60000, 4000, hasSeparateScans: true)
    // libjpeg would have to guess the scans that are missing from all coefficients.
    let progressive = try claiming(60000, 4000, isProgressive: true)
    let incomplete = progressive.withoutLastJPEGScans(3)
    for bytes in [separate, incomplete] {
      let error = try #require(decodeError(bytes))
      #expect(error.code == .tooLarge)
      #expect(error.message.contains("memory"), "\(error.message)")
    }
    // These need a few rows only, and end in the first.
    #expect(decodeError(progressive)?.code == .corrupt)
    #expect(decodeError(try claiming(60000, 4000))?.code == .truncated)
    // One row of 200 million pixels.
    let wide = pngClaiming(200_000_000, 1, isInterlaced: false)
    #expect(decodeError(wide)?.code == .tooLarge)
    // 250 million rows of one pixel, each with a filter to undo: half a minute.
    let tall = try #require(decodeError(pngClaiming(1, 249_999_999, isInterlaced: false)))
    #expect(tall.code == .tooLarge)
    #expect(tall.message.contains("65535 for an edge"), "\(tall.message)")
  }

  @Test("Each limit is respected, and what stays within it passes")
  func limits() throws {
    let jpeg = JPEGEncoding().encode(Pictures.busy(100, 50))
    let png = PNGEncoding().encode(Pictures.busy(100, 50))
    for bytes in [jpeg, png] {
      #expect(decodeError(bytes, limits: DecodeLimits(maximumBytes: bytes.count)) == nil)
      #expect(
        decodeError(bytes, limits: DecodeLimits(maximumBytes: bytes.count - 1))?.code == .tooLarge)
      #expect(decodeError(bytes, limits: DecodeLimits(maximumPixels: 5000)) == nil)
      #expect(decodeError(bytes, limits: DecodeLimits(maximumPixels: 4999))?.code == .tooLarge)
      #expect(decodeError(bytes, limits: DecodeLimits(maximumMemory: 1000))?.code == .tooLarge)
      #expect(
        decodeError(bytes, limits: DecodeLimits(timeLimit: .nanoseconds(1)))?.code == .tooLarge)
    }
  }

  @Test("A JPEG with too many scans is refused")
  func scans() throws {
    var encoding = JPEGEncoding()
    encoding.isProgressive = true
    let bytes = encoding.encode(Pictures.busy(64, 64))
    let scans = bytes.jpegScans
    #expect(scans.count == 10)  // libjpeg's script for colour
    #expect(decodeError(bytes, limits: DecodeLimits(maximumScans: 10)) == nil)
    #expect(decodeError(bytes, limits: DecodeLimits(maximumScans: 9))?.code == .tooLarge)

    // The last scan (and the tables before it) again and again: legal for libjpeg.
    let last = Array(bytes[try #require(scans.last)..<bytes.count - 2])
    var bomb = Array(bytes.dropLast(2))
    for _ in 0..<5000 { bomb += last }
    bomb += [0xFF, 0xD9]
    #expect(completeness(bomb) == .complete)
    let error = try #require(decodeError(bomb))
    #expect(error.code == .tooLarge)
    #expect(error.message.contains("scans"), "\(error.message)")
  }

  @Test("A JPEG closed with an end of image before its picture is whole is truncated")
  func closedEarly() {
    for isProgressive in [false, true] {
      var encoding = JPEGEncoding()
      encoding.isProgressive = isProgressive
      let bytes = encoding.encode(Pictures.busy(200, 200))
      let half = Array(bytes.prefix(bytes.count / 2)) + [0xFF, 0xD9]
      #expect(completeness(half) == .complete)
      #expect(decodeError(half)?.code == .truncated)
    }
  }

  @Test("A JPEG that ends before a colour's scan is truncated")
  func missingComponent() throws {
    var encoding = JPEGEncoding()
    encoding.hasSeparateScans = true
    let bytes = encoding.encode(Pictures.busy(64, 64))
    let scans = bytes.jpegScans
    #expect(scans.count == 3)
    for scan in scans.dropFirst() {
      #expect(decodeError(bytes[..<scan] + [0xFF, 0xD9])?.code == .truncated)
    }
  }

  @Test("Half a photo is never a photo", arguments: CompletenessTests.files)
  func half(file: [UInt8]) {
    #expect(decodeError(Array(file.prefix(file.count / 2)))?.code == .truncated)
  }

  @Test("A JPEG without quantisation or Huffman tables does not borrow the last one's")
  func missingTables() throws {
    let sound = JPEGEncoding().encode(Pictures.busy(64, 64))
    var decoder = ImageDecoder()
    let wanted = try decoder.decode(sound)
    var withoutQuantisation = sound
    withoutQuantisation.removeJPEGSegments(marker: 0xDB)
    #expect(decoder.code(withoutQuantisation) == .corrupt)
    // libjpeg takes the standard's tables where there are none, as for motion JPEG; these are they.
    var withoutHuffman = sound
    withoutHuffman.removeJPEGSegments(marker: 0xC4)
    #expect(try decoder.decode(withoutHuffman) == wanted)
  }

  @Test("Damage in the coded data is noticed where it breaks the code")
  func damagedJPEG() throws {
    let bytes = JPEGEncoding().encode(Pictures.busy(200, 200))
    let scan = try #require(bytes.jpegSegment(marker: 0xDA))
    var broken = bytes
    // A stray end-of-scan marker in the middle of the data.
    broken.replaceSubrange(
      (scan + bytes.count) / 2..<(scan + bytes.count) / 2 + 2, with: [0xFF, 0xC4])
    #expect([.corrupt, .truncated].contains(decodeError(broken)?.code))
  }

  @Test("Compressed text, profiles and the like are not inflated")
  func ancillaryBombs() throws {
    let picture = Pictures.busy(20, 20)
    let plain = PNGEncoding().encode(picture)
    // A profile whose compressed data is nonsense would be an error or a warning if it were read.
    var bytes = plain
    bytes.insertPNGChunk(type: "iCCP", Array("x\0\0".utf8) + [UInt8](repeating: 0xAA, count: 999))
    bytes.insertPNGChunk(type: "zTXt", Array("x\0\0".utf8) + [UInt8](repeating: 0xAA, count: 999))
    for _ in 0..<2000 { bytes.insertPNGChunk(type: "tEXt", Array("key\0value".utf8)) }
    bytes.insertPNGChunk(type: "prVt", [UInt8](repeating: 1, count: 1 << 21))
    #expect(try decode(bytes) == decode(plain))
  }

  @Test("After any error the decoder decodes the next photo")
  func reusable() throws {
    let jpeg = JPEGEncoding().encode(Pictures.busy(64, 64))
    let png = PNGEncoding().encode(Pictures.busy(64, 64))
    let (wantedJPEG, wantedPNG) = (try decode(jpeg), try decode(png))
    var decoder = ImageDecoder()
    let bad: [[UInt8]] = [
      [], [0xFF, 0xD8, 0xFF], Array(jpeg.prefix(300)), Array(jpeg.dropLast(9)),
      Array(png.prefix(40)), Array(png.dropLast(20)), try claiming(64250, 64250),
      pngClaiming(64250, 64250, isInterlaced: true), Array("text".utf8),
    ]
    for bytes in bad {
      #expect(decoder.code(bytes) != nil)
      #expect(try decoder.decode(jpeg) == wantedJPEG)
      #expect(try decoder.decode(png) == wantedPNG)
    }
  }

  @Test("The picture's memory is used again")
  func reusedMemory() throws {
    let large = JPEGEncoding().encode(Pictures.flat(400, 400))
    let small = JPEGEncoding().encode(Pictures.flat(30, 20))
    var decoder = ImageDecoder()
    var image = RGBImage()
    _ = try decoder.decode(large.span, into: &image)
    let capacity = image.pixels.capacity
    _ = try decoder.decode(small.span, into: &image)
    #expect((image.width, image.height, image.pixels.count) == (30, 20, 1800))
    #expect(image.pixels.capacity == capacity)
  }
}
