import Imaging

/// The colours of a picture, numbered in the order in which they occur.
struct Palette {
  /// RGB triples.
  private(set) var colours: [UInt8] = []
  private var alphas: [UInt8] = []
  private var numbers: [UInt32: Int] = [:]

  init(_ image: RGBImage, _ alpha: [UInt8]?) {
    for pixel in 0..<image.width * image.height {
      let key = Palette.key(image, alpha, pixel)
      guard numbers[key] == nil else { continue }
      numbers[key] = alphas.count
      colours += image.pixels[3 * pixel..<3 * pixel + 3]
      alphas.append(alpha?[pixel] ?? 255)
    }
  }

  /// The tRNS chunk; empty where everything is opaque.
  var transparency: [UInt8] { alphas.allSatisfy { $0 == 255 } ? [] : alphas }

  func number(of pixel: Int, in image: RGBImage, _ alpha: [UInt8]?) -> Int {
    numbers[Palette.key(image, alpha, pixel)] ?? 0
  }

  private static func key(_ image: RGBImage, _ alpha: [UInt8]?, _ pixel: Int) -> UInt32 {
    image.pixels[3 * pixel..<3 * pixel + 3].reduce(UInt32(alpha?[pixel] ?? 255)) {
      $0 << 8 | UInt32($1)
    }
  }
}

/// Hands out the samples of a picture's pixels as one of PNG's kinds wants them.
struct SampleReader {
  let image: RGBImage
  let alpha: [UInt8]?
  let palette: Palette?
  let kind: PNGEncoding.Kind
  private let luma: [UInt8]

  init(image: RGBImage, alpha: [UInt8]?, palette: Palette?, kind: PNGEncoding.Kind) {
    self.image = image
    self.alpha = alpha
    self.palette = palette
    self.kind = kind
    luma = kind == .gray || kind == .grayAlpha ? image.luma : []
  }

  func append(pixel: Int, to packer: inout SamplePacker) {
    switch kind {
    case .palette:
      packer.append(palette?.number(of: pixel, in: image, alpha) ?? 0)
    case .gray, .grayAlpha:
      packer.append(scaled: luma[pixel])
    case .rgb, .rgba:
      for channel in 0..<3 { packer.append(scaled: image.pixels[3 * pixel + channel]) }
    }
    if kind == .grayAlpha || kind == .rgba { packer.append(scaled: alpha?[pixel] ?? 255) }
  }
}

/// Packs samples of 1 to 16 bits into bytes, most significant bit first; a row begins at a byte.
struct SamplePacker {
  let bitDepth: Int
  private(set) var bytes: [UInt8] = []
  private var pending = 0
  private var pendingBits = 0

  init(bitDepth: Int) {
    self.bitDepth = bitDepth
  }

  mutating func append(_ sample: Int) {
    pending = pending << bitDepth | sample
    pendingBits += bitDepth
    while pendingBits >= 8 {
      pendingBits -= 8
      bytes.append(UInt8(truncatingIfNeeded: pending >> pendingBits))
    }
    pending &= 1 << pendingBits - 1
  }

  mutating func append(scaled value: UInt8) {
    append(SamplePacker.scale(value, to: bitDepth))
  }

  mutating func finishRow() {
    if pendingBits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending << (8 - pendingBits))) }
    pending = 0
    pendingBits = 0
  }

  /// 0 to 255 on the scale of so many bits.
  static func scale(_ value: UInt8, to bitDepth: Int) -> Int {
    (Int(value) * (1 << bitDepth - 1) + 127) / 255
  }
}
