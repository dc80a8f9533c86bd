import Imaging
import SamplePhotos
import Testing

/// PNG is lossless: what comes out is known to the last bit.
@Suite struct PNGDecodingTests {
  /// Every legal pair of kind and depth (PNG standard, table 11.1).
  static let variants: [PNGEncoding] = {
    let depths: [(PNGEncoding.Kind, [Int])] = [
      (.gray, [1, 2, 4, 8, 16]), (.rgb, [8, 16]), (.palette, [2, 4, 8]), (.grayAlpha, [8, 16]),
      (.rgba, [8, 16]),
    ]
    return depths.flatMap { kind, depths in
      depths.flatMap { depth in
        [false, true].map { PNGEncoding(kind: kind, bitDepth: depth, isInterlaced: $0) }
      }
    }
  }()

  /// What a picture looks like after it was stored in a variant.
  private func stored(_ picture: RGBImage, _ variant: PNGEncoding) -> RGBImage {
    guard variant.kind == .gray || variant.kind == .grayAlpha else { return picture }
    let steps = Double(1 << min(variant.bitDepth, 8) - 1)
    return Pictures.make(picture.width, picture.height) { x, y in
      let colour = picture[x, y].map(Double.init)
      let luma = (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]).rounded()
      let level = ((luma / 255 * steps).rounded() / steps * 255).rounded()
      return [UInt8](repeating: UInt8(level), count: 3)
    }
  }

  @Test("Every kind, depth and interlacing gives the picture", arguments: variants)
  func variant(_ variant: PNGEncoding) throws {
    // An odd size: rows do not end at a byte, and Adam7's passes have different lengths.
    let picture = Pictures.quarters(37, 23)
    let decoded = try decode(variant.encode(picture))
    #expect(decoded.info == ImageInfo(format: .png, width: 37, height: 23))
    #expect(decoded.image == stored(picture, variant))
  }

  @Test("A two-colour palette of one bit")
  func oneBitPalette() throws {
    let picture = Pictures.make(19, 5) { x, y in (x + y) % 3 == 0 ? Pictures.red : Pictures.blue }
    #expect(try decode(PNGEncoding(kind: .palette, bitDepth: 1).encode(picture)).image == picture)
  }

  @Test("Interlaced pictures of a few pixels lack some passes", arguments: 1...9)
  func tinyInterlaced(edge: Int) throws {
    for other in [1, 2, 5] {
      let picture = Pictures.busy(edge, other)
      let encoding = PNGEncoding(kind: .rgb, isInterlaced: true)
      #expect(try decode(encoding.encode(picture)).image == picture)
    }
  }

  @Test(
    "Large pictures are averaged over whole squares, interlaced or not", arguments: [false, true])
  func averaged(isInterlaced: Bool) throws {
    // 675 / 224 is 3, and neither edge is a multiple of 3.
    let picture = Pictures.busy(673, 145)
    let image = try decode(PNGEncoding(kind: .rgb, isInterlaced: isInterlaced).encode(picture))
      .image
    #expect(image.greatestDifference(from: picture.averaged(by: 3)) == 0)
  }

  @Test(
    "The longer edge ends between 224 and 447",
    arguments: [
      ((447, 100), (447, 100)), ((448, 100), (224, 50)), ((671, 10), (336, 5)),
      ((10, 3000), (1, 231)),
    ])
  func reducedSize(full: (Int, Int), reduced: (Int, Int)) throws {
    let image = try decode(PNGEncoding(kind: .gray).encode(Pictures.flat(full.0, full.1))).image
    #expect((image.width, image.height) == reduced)
  }

  @Test(
    "Transparency is shown over white, whatever colour it hides",
    arguments: [
      PNGEncoding(kind: .rgba), PNGEncoding(kind: .rgba, bitDepth: 16),
      PNGEncoding(kind: .rgba, isInterlaced: true), PNGEncoding(kind: .palette),
    ])
  func alpha(_ encoding: PNGEncoding) throws {
    let picture = Pictures.make(4, 1) { x, _ in x < 2 ? [0, 0, 0] : [200, 100, 0] }
    let image = try decode(encoding.encode(picture, alpha: [0, 255, 102, 255])).image
    // 102/255 is two fifths: 0.4 * 200 + 0.6 * 255 = 233, and so on.
    #expect(image.pixels == [255, 255, 255, 0, 0, 0, 233, 193, 153, 200, 100, 0])
  }

  @Test("Gray with alpha is shown over white")
  func grayAlpha() throws {
    let picture = Pictures.flat(3, 1, 0)
    let image = try decode(PNGEncoding(kind: .grayAlpha).encode(picture, alpha: [0, 51, 255])).image
    #expect([image[0, 0][0], image[1, 0][0], image[2, 0][0]] == [255, 204, 0])
  }

  @Test(
    "One colour can be transparent",
    arguments: [
      PNGEncoding(kind: .rgb), PNGEncoding(kind: .rgb, bitDepth: 16), PNGEncoding(kind: .gray),
      PNGEncoding(kind: .gray, bitDepth: 16), PNGEncoding(kind: .gray, bitDepth: 4),
      PNGEncoding(kind: .gray, bitDepth: 1), PNGEncoding(kind: .rgb, isInterlaced: true),
    ])
  func transparentColour(_ encoding: PNGEncoding) throws {
    var encoding = encoding
    encoding.transparentColour = [0, 0, 0]
    let picture = Pictures.make(6, 2) { x, _ in x % 2 == 0 ? [0, 0, 0] : [255, 255, 255] }
    #expect(try decode(encoding.encode(picture)).image == Pictures.flat(6, 2, 255))
  }
}
