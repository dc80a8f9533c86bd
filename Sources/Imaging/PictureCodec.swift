import CCodecs

/// One C decoder. JPEG's and PNG's have the same five functions; the way through them is the same
/// and stands in `decode`.
protocol PictureCodec: ~Copyable {
  static var format: ImageFormat { get }

  /// Reads the header. `bytes` must stay until `close`.
  func open(_ bytes: UnsafeBufferPointer<UInt8>, limits: codec_limits) -> OpenedPicture

  /// Writes the reduced picture, 3 * width * height bytes.
  func read(into pixels: UnsafeMutableBufferPointer<UInt8>) -> codec_status

  func close()

  /// Why the last call failed: a phrase.
  var message: String { get }
}

/// What a C decoder says after it has read a header.
@safe struct OpenedPicture {
  var status: codec_status
  var picture: codec_picture

  var width: Int { unsafe Int(picture.width) }
  var height: Int { unsafe Int(picture.height) }
  var fullWidth: Int { unsafe Int(picture.full_width) }
  var fullHeight: Int { unsafe Int(picture.full_height) }

  /// Of the file's Exif chunk; nil where it has none.
  var orientation: Orientation? {
    let exif = unsafe UnsafeBufferPointer(start: picture.exif, count: picture.exif_count)
    return exif.isEmpty ? nil : unsafe Orientation(tiff: exif.span)
  }
}

extension PictureCodec where Self: ~Copyable {
  /// The longer edge of a reduced picture has at least this many pixels, if the photo has.
  static var minimumEdge: UInt32 { 224 }

  /// Decodes into `image`, upright. `stored` is scratch memory for pictures that are turned.
  /// `orientation` is the container's; where it is nil, the codec's own counts.
  func decode(
    _ bytes: Span<UInt8>, limits: DecodeLimits, orientation: Orientation?,
    into image: inout RGBImage, stored: inout RGBImage
  ) throws(DecodeError) -> ImageInfo {
    defer { close() }
    return try unsafe bytes.withUnsafeBufferPointer { buffer throws(DecodeError) in
      let opened = unsafe open(buffer, limits: codec_limits(limits))
      try check(opened.status)
      let turn = orientation ?? opened.orientation ?? .upright
      if turn == .upright {
        try read(opened, into: &image)
      } else {
        try read(opened, into: &stored)
        image.turn(stored, by: turn)
      }
      let (width, height) = (opened.fullWidth, opened.fullHeight)
      return ImageInfo(
        format: Self.format, width: turn.swapsEdges ? height : width,
        height: turn.swapsEdges ? width : height)
    }
  }

  private func read(_ opened: OpenedPicture, into image: inout RGBImage) throws(DecodeError) {
    image.resize(width: opened.width, height: opened.height)
    let status = unsafe image.pixels.withUnsafeMutableBufferPointer { unsafe read(into: $0) }
    try check(status)
  }

  private func check(_ status: codec_status) throws(DecodeError) {
    let name = Self.format.name
    switch status {
    case CODEC_OK: return
    case CODEC_TRUNCATED: throw .truncated(name)
    case CODEC_TOO_LARGE: throw .tooLarge(name, message)
    case CODEC_UNSUPPORTED: throw .unsupportedKind(of: name, message)
    default: throw .corrupt(name, message)
    }
  }
}

extension codec_limits {
  fileprivate init(_ limits: DecodeLimits) {
    let (seconds, attoseconds) = limits.timeLimit.components
    let nanoseconds = Double(seconds) * 1e9 + Double(attoseconds) / 1e9
    self.init(
      pixels: UInt64(clamping: limits.maximumPixels),
      memory: UInt64(clamping: limits.maximumMemory),
      scans: UInt32(clamping: limits.maximumScans),
      // To the C code 0 means no limit.
      nanoseconds: UInt64(max(1, min(nanoseconds, 1e18))))
  }
}
