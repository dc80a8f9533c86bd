import Imaging
import SamplePhotos
import Testing

/// Every kind of JPEG that shops have comes out with the right colours and the right size.
@Suite struct JPEGDecodingTests {
  private func encoding(_ change: (inout JPEGEncoding) -> Void) -> JPEGEncoding {
    var encoding = JPEGEncoding()
    encoding.quality = 95
    change(&encoding)
    return encoding
  }

  private let wanted = [Pictures.red, Pictures.green, Pictures.blue, Pictures.yellow]

  @Test(
    "Colours come out right, however they are stored",
    arguments: [JPEGEncoding.Colours.rgb, .yCbCr, .cmyk, .ycck], [false, true])
  func colours(_ colours: JPEGEncoding.Colours, isProgressive: Bool) throws {
    // 640 pixels are reduced by 3/8, 200 not at all.
    for (width, height) in [(640, 480), (200, 120)] {
      let bytes = encoding {
        $0.colours = colours
        $0.isProgressive = isProgressive
      }.encode(Pictures.quarters(width, height))
      let decoded = try decode(bytes)
      #expect(decoded.info == ImageInfo(format: .jpeg, width: width, height: height))
      #expect(areClose(decoded.image.quarters, wanted, within: 4), "\(decoded.image.quarters)")
    }
  }

  @Test("CMYK without Adobe's marker is not inverted")
  func plainCMYK() throws {
    // What the encoder stores as "no ink" (255, Adobe's way) means full ink without the marker.
    var bytes = encoding { $0.colours = .cmyk }.encode(Pictures.flat(64, 64, 255))
    #expect(try decode(bytes).image.quarters[0] == [255, 255, 255])
    bytes.removeJPEGSegments(marker: 0xEE)
    #expect(try decode(bytes).image.quarters[0] == [0, 0, 0])
  }

  @Test("A gray photo becomes gray RGB")
  func gray() throws {
    let bytes = encoding { $0.colours = .gray }.encode(Pictures.quarters(640, 480))
    let quarters = try decode(bytes).image.quarters
    // Rec. 601: 0.299 R + 0.587 G + 0.114 B.
    let luma: [[UInt8]] = [94, 139, 52, 220].map { [$0, $0, $0] }
    #expect(areClose(quarters, luma, within: 3), "\(quarters)")
    #expect(quarters.allSatisfy { Set($0).count == 1 })
  }

  @Test("Chroma subsampling keeps the colours", arguments: JPEGEncoding.Subsampling.allCases)
  func subsampling(_ subsampling: JPEGEncoding.Subsampling) throws {
    let bytes = encoding { $0.subsampling = subsampling }.encode(Pictures.quarters(301, 203))
    #expect(areClose(try decode(bytes).image.quarters, wanted, within: 4))
  }

  @Test("Progressive, separate scans, restart markers and an ICC profile change no pixel")
  func sameCoefficients() throws {
    let picture = Pictures.quarters(500, 333)
    let plain = try decode(encoding { _ in }.encode(picture))
    #expect(try decode(encoding { $0.isProgressive = true }.encode(picture)) == plain)
    #expect(try decode(encoding { $0.hasSeparateScans = true }.encode(picture)) == plain)
    #expect(try decode(encoding { $0.restartInterval = 3 }.encode(picture)) == plain)
    let profile = [UInt8](repeating: 0xFF, count: 3000)
    #expect(try decode(encoding { $0.iccProfile = profile }.encode(picture)) == plain)
  }

  @Test(
    "The smallest DCT scale that leaves 224 pixels is taken",
    arguments: [
      // full size, reduced size
      ((75, 100), (75, 100)),  // smaller than wanted: as it is
      ((225, 100), (225, 100)),  // 7/8 would leave 197
      ((256, 256), (224, 224)),  // 7/8
      ((300, 448), (150, 224)),  // 4/8
      ((1000, 1500), (250, 375)),  // 2/8
      ((1800, 900), (225, 113)),  // 1/8
      ((4000, 3000), (250, 188)),  // 1/8 leaves 500, averaged by 2
      ((8000, 8), (250, 1)),  // 1/8 leaves 1000, averaged by 4
    ])
  func reducedSize(full: (Int, Int), reduced: (Int, Int)) throws {
    let bytes = JPEGEncoding().encode(Pictures.flat(full.0, full.1, 77))
    let decoded = try decode(bytes)
    #expect(decoded.info == ImageInfo(format: .jpeg, width: full.0, height: full.1))
    #expect((decoded.image.width, decoded.image.height) == reduced)
    #expect(decoded.image.pixels.allSatisfy { abs(Int($0) - 77) <= 1 })
  }

  @Test("A very large photo is averaged, not thinned out")
  func averaged() throws {
    // Vertical stripes, each 8 pixels: at 1/8 every other pixel is black; averaged, all are gray.
    let picture = RGBImage(
      width: 3584, height: 16,
      pixels: (0..<16).flatMap { _ in
        (0..<3584).flatMap { x in [UInt8](repeating: x / 8 % 2 == 0 ? 0 : 255, count: 3) }
      })
    let decoded = try decode(encoding { $0.subsampling = .none }.encode(picture))
    #expect(decoded.image.width == 224)
    #expect(decoded.image.pixels.allSatisfy { (126...129).contains($0) })
  }
}

extension [UInt8] {
  /// Takes out the segments of one kind before the first scan.
  mutating func removeJPEGSegments(marker: UInt8) {
    var position = 2
    while position + 4 <= count, self[position + 1] != 0xDA {
      let end = position + 2 + Int(self[position + 2]) << 8 + Int(self[position + 3])
      if self[position + 1] == marker {
        removeSubrange(position..<end)
      } else {
        position = end
      }
    }
  }
}
