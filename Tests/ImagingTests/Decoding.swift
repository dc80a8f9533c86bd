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
