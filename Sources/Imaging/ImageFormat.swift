/// The formats that Hangtag reads.
public enum ImageFormat: String, Sendable, CaseIterable {
  /// JPEG (ITU-T T.81): Huffman-coded, 8 bits.
  case jpeg
  /// PNG (W3C, ISO/IEC 15948): every kind.
  case png

  /// As people write it.
  var name: String {
    switch self {
    case .jpeg: "JPEG"
    case .png: "PNG"
    }
  }
}
