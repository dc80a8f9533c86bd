import CCodecs

extension Span<UInt8> {
  /// The index of the 0xFF that begins the next JPEG marker, `count` when there is none; stuffed
  /// bytes and restart markers are passed over at the speed of memchr.
  func nextJPEGMarker(from start: Int) -> Int {
    unsafe withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      return unsafe codec_jpeg_next_marker(base, buffer.count, start)
    }
  }

  /// Whether the bytes at `offset` are these; false where they would run past the end.
  func hasBytes(_ wanted: [UInt8], at offset: Int = 0) -> Bool {
    guard offset >= 0, wanted.count <= count - offset else { return false }
    return wanted.indices.allSatisfy { self[offset + $0] == wanted[$0] }
  }
}
