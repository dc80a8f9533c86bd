import CImageWriters
import Glibc
import Imaging

/// The variants of JPEG that photos come in.
public struct JPEGEncoding: Sendable, Equatable {
  /// How colour is stored.
  public enum Colours: Sendable, CaseIterable {
    /// One component.
    case gray
    /// Three components as they are, told by Adobe's marker.
    case rgb
    /// What nearly every program writes.
    case yCbCr
    /// Four components, inverted and with Adobe's marker, as Adobe's programs write them.
    case cmyk
    /// As `cmyk`, its first three components turned into luma and chroma.
    case ycck
  }

  /// At what resolution chroma is stored.
  public enum Subsampling: Sendable, CaseIterable {
    /// 4:4:4, full.
    case none
    /// 4:2:2, half the columns.
    case horizontal
    /// 4:2:0, half the columns and rows.
    case both
  }

  /// 1 to 100.
  public var quality = 85
  /// Several scans, coarse to fine.
  public var isProgressive = false
  /// A scan for each component instead of one for all; where it is progressive, two for each.
  public var hasSeparateScans = false
  /// How colour is stored.
  public var colours = Colours.yCbCr
  /// At what resolution chroma is stored.
  public var subsampling = Subsampling.both
  /// MCUs between two restart markers; 0: none.
  public var restartInterval = 0
  /// An Exif segment with this orientation (1 to 8); nil: none. The pixels are not turned.
  public var orientation: Int?
  /// An ICC profile of at most 65,519 bytes; nil: none. Its contents are not looked at.
  public var iccProfile: [UInt8]?

  /// Baseline 4:2:0 of quality 85.
  public init() {}

  /// The whole file.
  public func encode(_ image: RGBImage) -> [UInt8] {
    var options = jpeg_writer_options()
    options.width = UInt32(image.width)
    options.height = UInt32(image.height)
    options.colours = colours.number
    options.quality = Int32(quality)
    options.is_progressive = isProgressive
    options.has_separate_scans = hasSeparateScans
    options.horizontal_subsampling = subsampling == .none ? 1 : 2
    options.vertical_subsampling = subsampling == .both ? 2 : 1
    options.restart_interval = UInt32(restartInterval)
    var bytes = write(colours.samples(of: image), options)
    if let iccProfile { bytes.insertJPEGSegment(marker: 0xE2, ICCProfile.payload(iccProfile)) }
    if let orientation {
      bytes.insertJPEGSegment(marker: 0xE1, Exif.payload(orientation: orientation))
    }
    return bytes
  }

  private func write(_ samples: [UInt8], _ options: jpeg_writer_options) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let isWritten = unsafe withUnsafePointer(to: options) { options in
      unsafe jpeg_writer_write(samples, options, &bytes, &count)
    }
    precondition(isWritten, "libjpeg refuses these options")
    defer { unsafe free(bytes) }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}

extension JPEGEncoding.Colours {
  fileprivate var number: jpeg_writer_colours {
    switch self {
    case .gray: JPEG_WRITER_GRAY
    case .rgb: JPEG_WRITER_RGB
    case .yCbCr: JPEG_WRITER_YCBCR
    case .cmyk: JPEG_WRITER_CMYK
    case .ycck: JPEG_WRITER_YCCK
    }
  }

  /// What the writer wants for these colours.
  fileprivate func samples(of image: RGBImage) -> [UInt8] {
    switch self {
    case .gray: image.luma
    case .rgb, .yCbCr: image.pixels
    case .cmyk, .ycck: image.invertedCMYK
    }
  }
}

extension RGBImage {
  /// Rec. 601 luma, one byte a pixel.
  var luma: [UInt8] {
    stride(from: 0, to: pixels.count, by: 3).map { start in
      let red = 299 * Int(pixels[start])
      let green = 587 * Int(pixels[start + 1])
      let blue = 114 * Int(pixels[start + 2])
      return UInt8((red + green + blue + 500) / 1000)
    }
  }

  /// 255 for no ink. Black takes over as much as it can, so that all four components count.
  fileprivate var invertedCMYK: [UInt8] {
    var samples: [UInt8] = []
    samples.reserveCapacity(pixels.count / 3 * 4)
    for start in stride(from: 0, to: pixels.count, by: 3) {
      let colour = pixels[start..<start + 3].map(Int.init)
      let key = max(1, colour[0], colour[1], colour[2])
      for value in colour { samples.append(UInt8((value * 255 + key / 2) / key)) }
      samples.append(UInt8(key))
    }
    return samples
  }
}
