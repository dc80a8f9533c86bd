import Imaging
import SamplePhotos
import Testing

/// 8-bit RGB and RGBA are read without libpng. These files are made by the standard's definitions,
/// byte by byte, so that every filter occurs and not only those that libpng's encoder chooses.
@Suite struct PNGScanlineTests {
  /// Numbers of filters, row by row, over and over: each alone, and each before each.
  static let filters: [[Int]] =
    (0..<5).flatMap { first in (0..<5).map { [first, $0, first] } } + [[4, 4, 4, 4, 1]]

  @Test("Each filter before each gives the picture", arguments: filters)
  func filter(_ filters: [Int]) throws {
    for (width, height) in [(1, 1), (1, 4), (37, 23), (5, 2)] {
      // Few levels without order: Paeth's distances are often the same.
      var generator = SeededGenerator(seed: UInt64(width))
      let picture = Pictures.make(width, height) { _, _ in
        (0..<3).map { _ in UInt8.random(in: 0..<16, using: &generator) }
      }
      let opaque = PNGFile(picture, filters: filters)
      #expect(try decode(opaque.bytes).image == picture)
      let alpha = PNGFile(picture, alpha: true, filters: filters)
      #expect(try decode(alpha.bytes).image == picture)
    }
  }

  @Test("Rows that are longer than what is inflated at once", arguments: [false, true])
  func longRows(alpha: Bool) throws {
    let picture = Pictures.busy(40_000, 5)
    let expected = try decode(PNGEncoding(kind: .rgb, isInterlaced: true).encode(picture)).image
    #expect(
      try decode(PNGFile(picture, alpha: alpha, filters: [4, 4, 2, 1, 3]).bytes).image == expected)
  }

  @Test("Data may be cut into chunks anywhere", arguments: [1, 2, 7], [false, true])
  func chunks(size: Int, hasEmptyChunks: Bool) throws {
    let picture = Pictures.busy(9, 7)
    var file = PNGFile(picture, filters: [4])
    file.chunkSize = size
    file.hasEmptyChunks = hasEmptyChunks
    #expect(try decode(file.bytes).image == picture)
  }

  @Test("A filter that does not exist is corrupt, in the first row of two, the second or the last")
  func unknownFilter() {
    for row in 0..<3 {
      var file = PNGFile(Pictures.busy(4, 3), filters: [4])
      file.scanlines[row * 13] = 5
      #expect(decodeError(file.bytes)?.code == .corrupt)
    }
  }

  @Test("Data that lack a row, or their own checksum, are corrupt")
  func missingData() {
    var file = PNGFile(Pictures.busy(4, 3), filters: [4])
    file.checksumBytes = 3
    #expect(decodeError(file.bytes)?.code == .corrupt)
    file.checksumBytes = 4
    file.scanlines.removeLast()
    #expect(decodeError(file.bytes)?.code == .corrupt)
  }

  @Test("Data behind the last row are passed over, but their checksum must be there")
  func moreData() throws {
    let picture = Pictures.busy(4, 3)
    var file = PNGFile(picture, filters: [4])
    file.scanlines += [UInt8](repeating: 7, count: 200_000)
    #expect(try decode(file.bytes).image == picture)
    file.checksumBytes = 0
    #expect(decodeError(file.bytes)?.code == .corrupt)
  }

  @Test("What is behind the picture must be whole to the last chunk")
  func end() {
    let bytes = PNGFile(Pictures.busy(4, 3), filters: [4]).bytes
    for missing in 1...16 {
      #expect(decodeError(Array(bytes.dropLast(missing)))?.code == .truncated)
    }
    let header = Array(bytes[16..<29])
    let twice =
      Array(bytes.dropLast(12)) + pngChunk(type: "IHDR", header) + pngChunk(type: "IEND", [])
    #expect(decodeError(twice)?.code == .corrupt)
  }
}

/// An 8-bit RGB or RGBA picture as a file whose parts can be spoilt. Its data are not compressed.
private struct PNGFile {
  private let header: [UInt8]
  /// Filtered: a filter's number, then its row.
  var scanlines: [UInt8] = []
  /// Of the data's own checksum.
  var checksumBytes = 4
  var chunkSize = 1000
  var hasEmptyChunks = false

  init(_ picture: RGBImage, alpha: Bool = false, filters: [Int]) {
    let step = alpha ? 4 : 3
    header =
      bigEndian(UInt32(picture.width)) + bigEndian(UInt32(picture.height))
      + [8, alpha ? 6 : 2, 0, 0, 0]
    var above = [UInt8](repeating: 0, count: picture.width * step)
    for y in 0..<picture.height {
      let row = (0..<picture.width).flatMap { x -> [UInt8] in
        picture[x, y] + (alpha ? [255] : [])
      }
      let filter = filters[y % filters.count]
      scanlines.append(UInt8(filter))
      for i in row.indices {
        let left = i < step ? 0 : Int(row[i - step])
        let aboveLeft = i < step ? 0 : Int(above[i - step])
        let prediction = Self.predictions(left, Int(above[i]), aboveLeft)[filter]
        scanlines.append(row[i] &- UInt8(prediction))
      }
      above = row
    }
  }

  /// By the filters' numbers (PNG standard, chapter 9).
  private static func predictions(_ left: Int, _ above: Int, _ aboveLeft: Int) -> [Int] {
    let estimate = left + above - aboveLeft
    // The first of the nearest, in this order.
    let paeth = [left, above, aboveLeft].min { abs(estimate - $0) < abs(estimate - $1) } ?? 0
    return [0, left, above, (left + above) / 2, paeth]
  }

  var bytes: [UInt8] {
    var data: [UInt8] = [0x78, 0x01]
    var rest = scanlines[...]
    repeat {
      let block = rest.prefix(65_535)
      rest = rest.dropFirst(block.count)
      let count = UInt16(block.count)
      data.append(rest.isEmpty ? 1 : 0)
      data += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
      data += block
    } while !rest.isEmpty
    data += bigEndian(adler32(scanlines)).prefix(checksumBytes)
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10] + pngChunk(type: "IHDR", header)
    for start in stride(from: 0, to: data.count, by: chunkSize) {
      file += pngChunk(type: "IDAT", Array(data[start..<min(start + chunkSize, data.count)]))
      if hasEmptyChunks { file += pngChunk(type: "IDAT", []) }
    }
    return file + pngChunk(type: "IEND", [])
  }
}

private func adler32(_ bytes: [UInt8]) -> UInt32 {
  var (a, b): (UInt32, UInt32) = (1, 0)
  for byte in bytes {
    a = (a + UInt32(byte)) % 65_521
    b = (b + a) % 65_521
  }
  return b << 16 | a
}
