/// What libjpeg does not tell, read from the segments before the first scan.
struct JPEGHeader {
  var orientation = Orientation.upright

  /// Throws for the kinds of JPEG that are not read, and where there is no scan.
  init(_ bytes: Span<UInt8>) throws(DecodeError) {
    var hasOrientation = false
    var position = 2
    while true {
      let marker = try JPEGMarker.next(in: bytes, from: position)
      position = marker.end
      switch marker.code {
      case JPEGMarker.startOfScan:
        return
      case JPEGMarker.endOfImage:
        throw .corrupt(ImageFormat.jpeg.name, "it ends before its picture begins")
      case JPEGMarker.app1 where !hasOrientation:
        let segment = bytes.extracting(marker.payload)
        // "Exif", two zeros; another APP1 may hold XMP.
        guard segment.hasBytes([0x45, 0x78, 0x69, 0x66, 0, 0]) else { continue }
        orientation = Orientation(tiff: segment.extracting(droppingFirst: 6))
        hasOrientation = true
      default:
        if let kind = JPEGHeader.unreadKind(marker, in: bytes) {
          throw .unsupportedKind(of: ImageFormat.jpeg.name, kind)
        }
      }
    }
  }

  /// Names the frame's kind if it is none that is read (T.81 table B.1).
  private static func unreadKind(_ marker: JPEGMarker, in bytes: Span<UInt8>) -> String? {
    switch marker.code {
    case 0xC0, 0xC1, 0xC2:
      guard let precision = bytes.extracting(marker.payload).first, precision > 8 else {
        return nil
      }
      return "it has \(precision) bits a sample instead of 8"
    case 0xC3: return "it is lossless"
    case 0xC5, 0xC6, 0xC7: return "it is hierarchical"
    case 0xC9, 0xCA: return "it is arithmetic-coded"
    case 0xCB: return "it is lossless and arithmetic-coded"
    case 0xCD, 0xCE, 0xCF: return "it is hierarchical and arithmetic-coded"
    case 0xF7: return "it is JPEG-LS"
    default: return nil
    }
  }
}

extension Span<UInt8> {
  fileprivate var first: UInt8? { isEmpty ? nil : self[0] }
}
