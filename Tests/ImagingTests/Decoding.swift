import FoundationEssentials
import Imaging

/// A photo's facts and its reduced picture.
struct Decoded: Equatable {
  var info: ImageInfo
  var image: RGBImage
}

/// Decodes with a fresh decoder.
func decode(
  _ bytes: [UInt8], limits: DecodeLimits = DecodeLimits()
) throws(DecodeError) -> Decoded {
  var decoder = ImageDecoder(limits: limits)
  return try decoder.decode(bytes)
}

/// The error that decoding ends with; nil where it succeeds.
func decodeError(_ bytes: [UInt8], limits: DecodeLimits = DecodeLimits()) -> DecodeError? {
  do {
    _ = try decode(bytes, limits: limits)
    return nil
  } catch {
    return error
  }
}

func completeness(_ bytes: [UInt8]) -> Completeness {
  completeness(of: bytes.span)
}

extension ImageDecoder {
  mutating func decode(_ bytes: [UInt8]) throws(DecodeError) -> Decoded {
    var image = RGBImage()
    let info = try decode(bytes.span, into: &image)
    return Decoded(info: info, image: image)
  }

  /// The code of the error that decoding ends with; nil where it succeeds.
  mutating func code(_ bytes: [UInt8]) -> DecodeError.Code? {
    do {
      _ = try decode(bytes)
      return nil
    } catch {
      return error.code
    }
  }
}

extension [UInt8] {
  /// Where the scans' headers begin, in a JPEG without thumbnail.
  var jpegScans: [Int] {
    indices.dropLast().filter { self[$0] == 0xFF && self[$0 + 1] == 0xDA }
  }

  /// A JPEG that ends before its last scans, with an end-of-image marker.
  func withoutLastJPEGScans(_ count: Int) -> [UInt8] {
    self[..<jpegScans.suffix(count)[jpegScans.count - count]] + [0xFF, 0xD9]
  }
}

extension [Double] {
  var mean: Double { reduce(0, +) / Double(count) }
}
