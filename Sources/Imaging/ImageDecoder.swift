/// Decodes photos, one after the other, to reduced RGB pictures.
///
/// Make one for each thread: it owns libjpeg's and libpng's objects and its scratch memory, and
/// uses them again for the next photo.
public struct ImageDecoder: ~Copyable {
  private let limits: DecodeLimits
  private let jpeg = JPEGCodec()
  private let png = PNGCodec()
  /// Pictures that have to be turned are decoded into this first.
  private var stored = RGBImage()

  /// A decoder that stays within the limits.
  public init(limits: DecodeLimits = DecodeLimits()) {
    self.limits = limits
  }

  /// Decodes a whole file into `image`, replacing what it held and keeping its memory.
  ///
  /// The picture is upright (Exif orientation applied), transparency is shown over white, and it is
  /// reduced while it is decoded: its longer edge has 224 to 447 pixels, or the photo's own where
  /// that has fewer. A JPEG is reduced by the smallest DCT scale M/8 that fits (and further by area
  /// averaging if 1/8 does not suffice), a PNG by averaging areas of an integer factor.
  ///
  /// After an error `image` holds nothing of use and the decoder is ready for the next photo.
  public mutating func decode(
    _ bytes: Span<UInt8>, into image: inout RGBImage
  ) throws(DecodeError) -> ImageInfo {
    let format = try ImageFormat(sniffing: bytes)
    guard bytes.count <= limits.maximumBytes else {
      throw .tooLarge(
        format.name, "it has \(bytes.count) bytes and the limit is \(limits.maximumBytes)")
    }
    switch format {
    case .jpeg:
      let header = try JPEGHeader(bytes)
      return try jpeg.decode(
        bytes, limits: limits, orientation: header.orientation, into: &image, stored: &stored)
    case .png:
      return try png.decode(bytes, limits: limits, orientation: nil, into: &image, stored: &stored)
    }
  }
}
