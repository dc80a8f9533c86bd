import Imaging
import SamplePhotos
import Testing

/// Progressive JPEGs: a scan decoder of our own takes libjpeg's place, and leaves out what cannot
/// change a pixel. Neither may change one.
@Suite struct ProgressiveScanTests {
  private func encoding(_ change: (inout JPEGEncoding) -> Void) -> JPEGEncoding {
    var encoding = JPEGEncoding()
    change(&encoding)
    return encoding
  }

  @Test(
    "A progressive photo gives the pixels of the same photo in one scan, at every scale",
    arguments: [(200, 150), (300, 440), (700, 500), (1000, 1200), (1810, 300), (3700, 90)],
    JPEGEncoding.Subsampling.allCases)
  func samePixels(size: (Int, Int), subsampling: JPEGEncoding.Subsampling) throws {
    let picture = PhotographicPicture.render(width: size.0, height: size.1, seed: 7)
    for quality in [40, 85, 97] {
      let baseline = encoding {
        $0.subsampling = subsampling
        $0.quality = quality
      }
      let pixels = try decode(baseline.encode(picture))
      var progressive = baseline
      progressive.isProgressive = true
      #expect(try decode(progressive.encode(picture)) == pixels)
      progressive.hasSeparateScans = true
      #expect(try decode(progressive.encode(picture)) == pixels)
    }
  }

  @Test("Restart markers, gray, RGB and CMYK too", arguments: JPEGEncoding.Colours.allCases)
  func otherKinds(_ colours: JPEGEncoding.Colours) throws {
    let picture = PhotographicPicture.render(width: 500, height: 700, seed: 8)
    for interval in [0, 5] {
      let baseline = encoding { $0.colours = colours }
      let progressive = encoding {
        $0.colours = colours
        $0.isProgressive = true
        $0.restartInterval = interval
      }
      #expect(try decode(progressive.encode(picture)) == decode(baseline.encode(picture)))
    }
  }

  @Test("At 1/8 the scan of the finest details is not decoded")
  func stopsEarly() throws {
    let picture = PhotographicPicture.render(width: 1850, height: 300, seed: 9)
    let bytes = encoding { $0.isProgressive = true }.encode(picture)
    let scans = bytes.jpegScans
    let last = try #require(scans.last)
    // libjpeg's script ends with the last bit of the luma's details, the largest scan of all.
    #expect(scans.count == 10 && bytes.count - last > bytes.count / 4)
    var damaged = bytes
    for index in last + 20..<bytes.count - 2 { damaged[index] = 0 }
    #expect(try decode(damaged) == decode(bytes))
    // Its end is looked for all the same.
    #expect(decodeError(Array(bytes.dropLast(2)))?.code == .truncated)
    // At 2/8 those details do count.
    let smaller = PhotographicPicture.render(width: 1000, height: 300, seed: 9)
    var broken = encoding { $0.isProgressive = true }.encode(smaller)
    let end = broken.count - 2
    broken.replaceSubrange(end - 200..<end, with: [UInt8](repeating: 0xFF, count: 200))
    #expect([.corrupt, .truncated].contains(decodeError(broken)?.code))
  }

  @Test("Without its last scans, those that matter, a photo is drawn from the others")
  func incomplete() throws {
    let picture = PhotographicPicture.render(width: 1000, height: 700, seed: 10)
    let bytes = encoding { $0.isProgressive = true }.encode(picture)
    let whole = try decode(bytes).image.pixels
    // The last bit of luma's details, then of all coefficients and one more of luma's.
    var previous = 0.0
    for count in [1, 5] {
      let rest = try decode(bytes.withoutLastJPEGScans(count)).image.pixels
      #expect(rest.count == whole.count)
      let error = zip(rest, whole).map { abs(Double($0) - Double($1)) }.mean
      #expect(error > previous && error < 4)
      previous = error
    }
    // At 1/8 luma is drawn by its mean levels alone.
    let smallest = PhotographicPicture.render(width: 1850, height: 300, seed: 9)
    let tiny = encoding { $0.isProgressive = true }.encode(smallest)
    #expect(try decode(tiny.withoutLastJPEGScans(1)) == decode(tiny))
  }
}
