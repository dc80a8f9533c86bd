/// Whether a file that is being written has arrived, as far as its bytes tell.
public enum Completeness: Sendable, Equatable {
  /// The picture's last byte is there. Its data may still be damaged: only decoding tells.
  case complete
  /// A JPEG or PNG, or what may become one, that goes on behind these bytes.
  case incomplete
  /// These bytes will not become a readable picture, however many follow.
  case notAnImage(DecodeError)
}

/// Walks a JPEG's markers to its end of image, or a PNG's chunks to IEND, without decoding.
///
/// Segments are passed over by their length, so that a thumbnail's end of image inside Exif counts
/// for nothing; whatever follows the end (padding, further pictures) is not looked at.
public func completeness(of bytes: Span<UInt8>) -> Completeness {
  do {
    switch try ImageFormat(sniffing: bytes) {
    case .jpeg: try walkJPEG(bytes)
    case .png: try walkPNG(bytes)
    }
    return .complete
  } catch {
    switch error.code {
    case .empty, .truncated: return .incomplete
    default: return .notAnImage(error)
    }
  }
}

/// Returns at the end of image, throws where there is none.
private func walkJPEG(_ bytes: Span<UInt8>) throws(DecodeError) {
  var position = 2
  while true {
    let marker = try JPEGMarker.next(in: bytes, from: position)
    if marker.code == JPEGMarker.endOfImage { return }
    position = marker.end
  }
}

/// Returns at IEND, throws where there is none.
private func walkPNG(_ bytes: Span<UInt8>) throws(DecodeError) {
  var position = PNGChunk.signature.count
  while true {
    let chunk = try PNGChunk.next(in: bytes, from: position)
    if chunk.hasType(PNGChunk.imageEnd, in: bytes) { return }
    position = chunk.end
  }
}
