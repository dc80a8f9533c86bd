extension ImageFormat {
  /// Tells JPEG from PNG by content, and says of anything else what it is.
  ///
  /// Throws `empty` without bytes, `truncated` while the bytes may still become a JPEG or PNG,
  /// `corrupt` for a PNG that was sent as text, and otherwise `unsupported_format`.
  init(sniffing bytes: Span<UInt8>) throws(DecodeError) {
    let jpegStart: [UInt8] = [0xFF, 0xD8, 0xFF]
    guard !bytes.isEmpty else { throw .empty }
    if bytes.hasBytes(jpegStart) {
      self = .jpeg
    } else if bytes.hasBytes(PNGChunk.signature) {
      guard !bytes.hasBytes(Array("CgBI".utf8), at: 12) else {
        throw .unsupportedKind(of: "PNG", "it is Apple's CgBI variant, made for iPhone programs")
      }
      self = .png
    } else if bytes.isPrefix(of: jpegStart) {
      throw .truncated(ImageFormat.jpeg.name)
    } else if bytes.isPrefix(of: PNGChunk.signature) {
      throw .truncated(ImageFormat.png.name)
    } else {
      throw ImageFormat.refusal(of: bytes)
    }
  }

  private static func refusal(of bytes: Span<UInt8>) -> DecodeError {
    if bytes.hasBytes(Array(PNGChunk.signature.prefix(4))) {
      return .corrupt(
        ImageFormat.png.name, "its line ends were changed, as when a picture is sent as text")
    }
    if bytes.isZeroed {
      return DecodeError(
        code: .truncated,
        message: "The file begins with zeros: its room was reserved and its contents never came. "
          + "Copy the photo again from its source.")
    }
    let foreign = ForeignFormat(sniffing: bytes)
    return DecodeError(
      code: .unsupportedFormat,
      message: "This is \(foreign.name); Hangtag reads JPEG and PNG. \(foreign.advice)")
  }
}

extension Span<UInt8> {
  fileprivate func isPrefix(of wanted: [UInt8]) -> Bool {
    count < wanted.count && hasBytes(Array(wanted.prefix(count)))
  }

  /// A file whose room was reserved before its contents arrive begins so.
  fileprivate var isZeroed: Bool {
    count >= 16 && (0..<16).allSatisfy { self[$0] == 0 }
  }
}
