extension Orientation {
  /// The orientation in a TIFF structure, as Exif embeds it in JPEG and PNG: byte order, then the
  /// first directory's entry 274. Anything out of order means upright: many programs write broken
  /// Exif around sound pictures.
  init(tiff: Span<UInt8>) {
    self = Orientation.find(tiff: tiff) ?? .upright
  }

  private static func find(tiff: Span<UInt8>) -> Orientation? {
    guard let order = TIFFByteOrder(tiff), let directory = order.long(in: tiff, at: 4),
      let count = order.short(in: tiff, at: directory)
    else { return nil }
    for entry in 0..<count {
      let start = directory + 2 + 12 * entry
      guard let tag = order.short(in: tiff, at: start) else { return nil }
      guard tag == 274 else { continue }
      // One value of type SHORT, left-justified in the value field.
      guard order.short(in: tiff, at: start + 2) == 3, order.long(in: tiff, at: start + 4) == 1,
        let value = order.short(in: tiff, at: start + 8)
      else { return nil }
      return UInt8(exactly: value).flatMap(Orientation.init(rawValue:))
    }
    return nil
  }
}

/// Reads numbers at offsets that nobody has checked.
private enum TIFFByteOrder {
  case littleEndian
  case bigEndian

  init?(_ tiff: Span<UInt8>) {
    if tiff.hasBytes([0x49, 0x49, 42, 0]) {
      self = .littleEndian
    } else if tiff.hasBytes([0x4D, 0x4D, 0, 42]) {
      self = .bigEndian
    } else {
      return nil
    }
  }

  func short(in tiff: Span<UInt8>, at offset: Int) -> Int? {
    guard offset >= 0, offset <= tiff.count - 2 else { return nil }
    let first = Int(tiff[offset])
    let second = Int(tiff[offset + 1])
    return self == .littleEndian ? first | second << 8 : first << 8 | second
  }

  func long(in tiff: Span<UInt8>, at offset: Int) -> Int? {
    guard let first = short(in: tiff, at: offset), let second = short(in: tiff, at: offset + 2)
    else { return nil }
    return self == .littleEndian ? first | second << 16 : first << 16 | second
  }
}
