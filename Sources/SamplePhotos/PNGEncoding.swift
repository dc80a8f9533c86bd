import CImageWriters
import Glibc
import Imaging

/// The variants of PNG that pictures come in.
public struct PNGEncoding: Sendable, Equatable {
  /// The standard's five kinds, by its numbers.
  public enum Kind: Int, Sendable, CaseIterable {
    /// One sample.
    case gray = 0
    /// Three samples.
    case rgb = 2
    /// An index into at most 256 colours.
    case palette = 3
    /// Gray and alpha.
    case grayAlpha = 4
    /// Red, green, blue and alpha.
    case rgba = 6
  }

  /// How a pixel is stored.
  public var kind = Kind.rgb
  /// Bits a sample: 8 or 16; also 1, 2, 4 for gray and palette (which has no 16).
  public var bitDepth = 8
  /// Adam7.
  public var isInterlaced = false
  /// Pixels of this colour are transparent (tRNS); gray and RGB only.
  public var transparentColour: [UInt8]?

  /// 8-bit RGB.
  public init() {}

  /// An 8-bit picture of a kind, or one with another depth.
  public init(kind: Kind, bitDepth: Int = 8, isInterlaced: Bool = false) {
    self.kind = kind
    self.bitDepth = bitDepth
    self.isInterlaced = isInterlaced
  }

  /// The whole file. `alpha`, one byte a pixel, is for palettes (as tRNS) and the kinds with alpha;
  /// nil: opaque. A palette is made of the colours that occur, which must be few enough.
  public func encode(_ image: RGBImage, alpha: [UInt8]? = nil) -> [UInt8] {
    let palette = kind == .palette ? Palette(image, alpha) : nil
    var packer = SamplePacker(bitDepth: bitDepth)
    let samples = SampleReader(image: image, alpha: alpha, palette: palette, kind: kind)
    for y in 0..<image.height {
      for x in 0..<image.width { samples.append(pixel: y * image.width + x, to: &packer) }
      packer.finishRow()
    }
    var options = unsafe png_writer_options()
    unsafe options.width = UInt32(image.width)
    unsafe options.height = UInt32(image.height)
    unsafe options.bit_depth = Int32(bitDepth)
    unsafe options.colour_type = Int32(kind.rawValue)
    unsafe options.is_interlaced = isInterlaced
    return unsafe write(
      packer.bytes, options, palette: palette?.colours ?? [],
      transparency: palette?.transparency ?? transparencyOfColour)
  }

  /// The tRNS chunk's samples: 16 bits each, whatever the depth.
  private var transparencyOfColour: [UInt8] {
    guard let transparentColour else { return [] }
    let colour = kind == .gray ? Array(transparentColour.prefix(1)) : transparentColour
    return colour.flatMap { value in
      let sample = SamplePacker.scale(value, to: bitDepth)
      return [UInt8(sample >> 8), UInt8(sample & 0xFF)]
    }
  }

  private func write(
    _ rows: [UInt8], _ options: png_writer_options, palette: [UInt8], transparency: [UInt8]
  ) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let isWritten = unsafe palette.withUnsafeBufferPointer { palette in
      unsafe transparency.withUnsafeBufferPointer { transparency in
        var options = unsafe options
        unsafe options.palette = palette.isEmpty ? nil : palette.baseAddress
        unsafe options.palette_count = palette.count / 3
        unsafe options.transparency = transparency.isEmpty ? nil : transparency.baseAddress
        unsafe options.transparency_count = transparency.count
        return unsafe png_writer_write(rows, &options, &bytes, &count)
      }
    }
    precondition(isWritten, "libpng refuses these options")
    defer { unsafe free(bytes) }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
