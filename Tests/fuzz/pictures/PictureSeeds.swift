import Imaging
import SamplePhotos

/// Small pictures of every kind that the decoders know.
enum PictureSeeds {
  static var jpeg: [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for colours in JPEGEncoding.Colours.allCases {
      for isProgressive in [false, true] {
        var encoding = JPEGEncoding()
        encoding.quality = 60
        encoding.colours = colours
        encoding.isProgressive = isProgressive
        files["\(colours)\(isProgressive ? "-progressive" : "").jpg"] = encoding.encode(shirt)
      }
    }
    var encoding = JPEGEncoding()
    encoding.subsampling = .horizontal
    encoding.restartInterval = 2
    encoding.orientation = 6
    files["restarts-exif.jpg"] = encoding.encode(shirt)
    encoding = JPEGEncoding()
    encoding.hasSeparateScans = true
    encoding.subsampling = .none
    files["scans.jpg"] = encoding.encode(shirt)
    encoding = JPEGEncoding()
    encoding.quality = 10
    files["wide.jpg"] = encoding.encode(bars(900, 24))
    encoding.isProgressive = true
    encoding.restartInterval = 3
    files["wide-progressive-restarts.jpg"] = encoding.encode(bars(600, 16))
    return files
  }

  static var png: [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for kind in PNGEncoding.Kind.allCases {
      for isInterlaced in [false, true] {
        let encoding = PNGEncoding(kind: kind, isInterlaced: isInterlaced)
        let suffix = isInterlaced ? "-interlaced" : ""
        files["\(kind)\(suffix).png"] = encoding.encode(bars(19, 11), alpha: fading(19 * 11))
      }
    }
    files["gray-1.png"] = PNGEncoding(kind: .gray, bitDepth: 1).encode(bars(19, 11))
    files["palette-2.png"] = PNGEncoding(kind: .palette, bitDepth: 2, isInterlaced: true)
      .encode(bars(17, 9))
    files["rgb-16.png"] = PNGEncoding(kind: .rgb, bitDepth: 16).encode(bars(13, 7))
    files["wide.png"] = PNGEncoding(kind: .gray).encode(bars(700, 5))
    files["wide-interlaced.png"] = PNGEncoding(kind: .rgba, isInterlaced: true)
      .encode(bars(500, 9))
    var transparent = PNGEncoding(kind: .rgb)
    transparent.transparentColour = [220, 40, 40]
    files["transparent-colour.png"] = transparent.encode(bars(19, 11))
    var turned = PNGEncoding().encode(bars(19, 11))
    turned.insertPNGChunk(type: "eXIf", Exif.tiff(orientation: 8, isLittleEndian: false))
    files["exif.png"] = turned
    return files
  }

  /// Something on white.
  private static var shirt: RGBImage {
    picture(40, 32) { x, y in
      let isShirt = (8..<32).contains(x) && (6..<28).contains(y)
      return isShirt ? [60, UInt8(100 + 3 * y), UInt8(40 + 5 * x)] : [253, 253, 252]
    }
  }

  /// Three colours side by side: few enough for a palette of two bits.
  private static func bars(_ width: Int, _ height: Int) -> RGBImage {
    let colours: [[UInt8]] = [[255, 255, 255], [220, 40, 40], [30, 40, 170]]
    return picture(width, height) { x, _ in colours[3 * x / width] }
  }

  private static func fading(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(255 * $0 / count & 0xC0) }
  }

  private static func picture(
    _ width: Int, _ height: Int, _ colour: (Int, Int) -> [UInt8]
  ) -> RGBImage {
    let pixels = (0..<height).flatMap { y in (0..<width).flatMap { colour($0, y) } }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
