import Imaging
import SamplePhotos
import Testing

/// Files with wrong bytes: no crash, and no PNG that is silently wrong.
@Suite struct MutationTests {
  @Test(
    "No single flipped bit of a PNG goes unnoticed, unless the picture is right all the same",
    arguments: [
      PNGEncoding(), PNGEncoding(kind: .palette, bitDepth: 4), PNGEncoding(kind: .rgba),
      PNGEncoding(kind: .gray, bitDepth: 2, isInterlaced: true),
    ])
  func flippedBits(_ encoding: PNGEncoding) throws {
    let alpha = [UInt8](repeating: 0, count: 60) + [UInt8](repeating: 255, count: 83)
    let bytes = encoding.encode(Pictures.quarters(13, 11), alpha: alpha)
    var decoder = ImageDecoder()
    let wanted = try decoder.decode(bytes)
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        do {
          let decoded = try decoder.decode(damaged)
          #expect(decoded == wanted, "bit \(bit) of byte \(index)")
        } catch {
          #expect([.corrupt, .truncated, .unsupportedFormat].contains(error.code))
        }
      }
    }
  }

  @Test("Every flipped bit in a PNG's compressed data is an error")
  func flippedData() throws {
    let bytes = PNGEncoding().encode(Pictures.busy(31, 29))
    // IHDR ends at 33; there the one IDAT begins. IEND takes the last 12 bytes.
    #expect(Array(bytes[37..<41]) == Array("IDAT".utf8))
    var decoder = ImageDecoder()
    for index in 41..<bytes.count - 12 {
      var damaged = bytes
      damaged[index] ^= 1 << UInt8(index % 8)
      #expect(decoder.code(damaged) == .corrupt, "byte \(index)")
    }
  }

  @Test(
    "Compressed data that does not match its own checksum is corrupt, the CRCs being right",
    arguments: [0, 4])
  func adler(bytesInLastChunk: Int) throws {
    let bytes = PNGEncoding().encode(Pictures.busy(31, 29))
    var data = Array(bytes[41..<bytes.count - 16])
    data[data.count - 1] ^= 1
    // With the checksum in a chunk of its own, the rows are there before it is read.
    let rest = Array(data.suffix(bytesInLastChunk))
    data.removeLast(bytesInLastChunk)
    let damaged =
      bytes[0..<33] + pngChunk(type: "IDAT", data) + pngChunk(type: "IDAT", rest)
      + pngChunk(type: "IEND", [])
    #expect(decodeError(Array(damaged))?.code == .corrupt)
  }

  @Test("A wrong checksum is corrupt in any chunk, read or passed over")
  func ancillary() throws {
    var bytes = PNGEncoding().encode(Pictures.quarters(9, 9))
    bytes.insertPNGChunk(type: "tEXt", Array("key\0value".utf8))
    #expect(decodeError(bytes) == nil)
    bytes[33 + 10] ^= 1
    #expect(decodeError(bytes)?.code == .corrupt)
  }

  /// Files of every kind, small enough to be decoded ten thousand times.
  static let seeds: [[UInt8]] = {
    let picture = Pictures.busy(48, 40)
    let colours: [JPEGEncoding] = JPEGEncoding.Colours.allCases.flatMap { colours in
      [false, true].map { isProgressive in
        var encoding = JPEGEncoding()
        encoding.colours = colours
        encoding.isProgressive = isProgressive
        encoding.restartInterval = isProgressive ? 0 : 2
        encoding.orientation = 7
        return encoding
      }
    }
    return colours.map { $0.encode(picture) }
      + PNGDecodingTests.variants.map { variant in
        variant.encode(variant.kind == .palette ? Pictures.quarters(48, 40) : picture)
      }
  }()

  @Test("Random damage crashes nothing and leaves a picture of a right size or an error")
  func randomDamage() throws {
    var generator = SeededGenerator(seed: 1)
    var decoder = ImageDecoder(limits: DecodeLimits(maximumPixels: 1 << 20))
    var image = RGBImage()
    for seed in Self.seeds {
      let wanted = try decode(seed)
      for _ in 0..<150 {
        var damaged = seed
        damaged.damage(using: &generator)
        _ = completeness(damaged)
        do {
          let info = try decoder.decode(damaged.span, into: &image)
          #expect(info.width > 0 && info.height > 0)
          #expect(image.pixels.count == 3 * image.width * image.height)
          #expect(max(image.width, image.height) < 448)
        } catch {
          #expect(error.code != .empty && !error.message.isEmpty, "\(damaged)")
        }
      }
      #expect(try decoder.decode(seed) == wanted)
    }
  }
}

extension [UInt8] {
  /// Up to four bytes flipped, replaced, lost or added.
  fileprivate mutating func damage(using generator: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: indices, using: &generator)
      let byte = UInt8.random(in: 0...255, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: self[place] ^= 1 << (byte % 8)
      case 1: self[place] = byte
      case 2: remove(at: place)
      default: insert(byte, at: place)
      }
    }
  }
}
