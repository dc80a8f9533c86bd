import Imaging
import SamplePhotos
import Testing

/// Photos come out upright.
@Suite struct OrientationTests {
  /// Where the four quarters of a stored picture (red, green, blue, yellow) lie once it is upright,
  /// read off the drawing in the Exif standard (CIPA DC-008, orientation): upper left, upper right,
  /// lower left, lower right.
  static let upright: [Int: [[UInt8]]] = {
    let (red, green) = (Pictures.red, Pictures.green)
    let (blue, yellow) = (Pictures.blue, Pictures.yellow)
    return [
      1: [red, green, blue, yellow],
      2: [green, red, yellow, blue],
      3: [yellow, blue, green, red],
      4: [blue, yellow, red, green],
      5: [red, blue, green, yellow],
      6: [blue, red, yellow, green],
      7: [yellow, green, blue, red],
      8: [green, yellow, red, blue],
    ]
  }()

  @Test("A JPEG is turned upright", arguments: 1...8)
  func jpeg(orientation: Int) throws {
    var encoding = JPEGEncoding()
    encoding.orientation = orientation
    let decoded = try decode(encoding.encode(Pictures.quarters(640, 360)))
    let isUpright = orientation < 5
    #expect(decoded.info.width == (isUpright ? 640 : 360))
    #expect(decoded.info.height == (isUpright ? 360 : 640))
    #expect(decoded.image.width == (isUpright ? 240 : 135))
    #expect(decoded.image.height == (isUpright ? 135 : 240))
    #expect(areClose(decoded.image.quarters, try #require(Self.upright[orientation]), within: 6))
  }

  @Test("A PNG's eXIf chunk counts, in either byte order", arguments: 1...8, [false, true])
  func png(orientation: Int, isLittleEndian: Bool) throws {
    var bytes = PNGEncoding().encode(Pictures.quarters(20, 10))
    let tiff = Exif.tiff(orientation: orientation, isLittleEndian: isLittleEndian)
    bytes.insertPNGChunk(type: "eXIf", tiff)
    let decoded = try decode(bytes)
    #expect(decoded.info.width == (orientation < 5 ? 20 : 10))
    #expect(decoded.image.quarters == Self.upright[orientation])
  }

  @Test("Turning loses and doubles no pixel", arguments: 1...8)
  func permutation(orientation: Int) throws {
    let picture = Pictures.make(7, 5) { x, y in [UInt8(x), UInt8(y), UInt8(7 * y + x)] }
    var bytes = PNGEncoding().encode(picture)
    bytes.insertPNGChunk(type: "eXIf", Exif.tiff(orientation: orientation))
    let image = try decode(bytes).image
    let numbers = stride(from: 2, to: image.pixels.count, by: 3).map { image.pixels[$0] }
    #expect(numbers.sorted() == Array(0..<35))
  }

  /// Exif whose bytes lie: nothing but upright may come of them.
  static let brokenTIFFs: [[UInt8]] = {
    let sound = Exif.tiff(orientation: 6)
    func changed(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
      var tiff = sound
      tiff.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      return tiff
    }
    return [
      [], [0x49], Array(sound.prefix(7)), Array(sound.prefix(9)), Array(sound.prefix(18)),
      changed(0, [0x49, 0x4D]),  // neither byte order
      changed(2, [43, 0]),  // not TIFF
      changed(4, [0xFF, 0xFF, 0xFF, 0xFF]),  // the directory lies beyond the end
      changed(4, [24, 0, 0, 0]),  // the directory is the last two bytes
      changed(8, [0xFF, 0xFF, 0x00, 0x00]),  // 65,535 entries, the first of them another tag
      changed(12, [4, 0]),  // another type
      changed(14, [2, 0, 0, 0]),  // two values
      changed(18, [0, 0]), changed(18, [9, 0]), changed(18, [6, 1]),  // no orientation
    ]
  }()

  @Test("Broken Exif means upright", arguments: brokenTIFFs)
  func brokenExif(tiff: [UInt8]) throws {
    var bytes = JPEGEncoding().encode(Pictures.quarters(64, 32))
    bytes.insertJPEGSegment(marker: 0xE1, Array("Exif".utf8) + [0, 0] + tiff)
    let decoded = try decode(bytes)
    #expect(decoded.info.width == 64)
  }

  @Test("Every Exif that is cut off or has one wrong byte leaves a picture")
  func damagedExif() throws {
    let sound = Exif.payload(orientation: 6)
    let picture = JPEGEncoding().encode(Pictures.quarters(16, 8))
    for index in sound.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var payload = sound
        payload[index] = value
        var bytes = picture
        bytes.insertJPEGSegment(marker: 0xE1, payload)
        #expect(decodeError(bytes) == nil)
      }
    }
  }

  @Test("Other APP1 segments before Exif do not hide it")
  func exifBehindXMP() throws {
    var encoding = JPEGEncoding()
    encoding.orientation = 8
    var bytes = encoding.encode(Pictures.quarters(64, 32))
    bytes.insertJPEGSegment(marker: 0xE1, Array("http://ns.adobe.com/xap/1.0/\0<x/>".utf8))
    #expect(try decode(bytes).info.width == 32)
  }
}
