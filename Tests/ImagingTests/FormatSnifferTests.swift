import Imaging
import SamplePhotos
import Testing

/// Files are told by their content, and the message says what they are.
@Suite struct FormatSnifferTests {
  /// The first bytes of files, from the formats' own specifications, and what the message calls
  /// them.
  static let starts: [(String, [UInt8])] = [
    ("a WebP picture", ascii("RIFF") + [0x24, 0, 0, 0] + ascii("WEBPVP8 ")),
    ("an AVIF picture", box("ftyp", "avif\0\0\0\0avifmif1miaf")),
    ("an AVIF picture", box("ftyp", "mif1\0\0\0\0mif1avifmiaf")),
    ("a HEIC picture", box("ftyp", "heic\0\0\0\0mif1heic")),
    ("a HEIC picture", box("ftyp", "mif1\0\0\0\0mif1heic")),
    ("an MP4 or QuickTime video", box("ftyp", "isom\0\0\u{2}\0isomiso2avc1mp41")),
    ("an MP4 or QuickTime video", box("ftyp", "qt  \0\0\0\0qt  ")),
    ("a QuickTime video", box("moov", "")),
    ("a camera's raw file", box("ftyp", "crx \0\0\0\u{1}crx isom")),
    ("a GIF picture", ascii("GIF89a") + [1, 0, 1, 0, 0, 0, 0]),
    ("a BMP picture", ascii("BM") + [0x46, 0, 0, 0, 0, 0, 0, 0, 0x36, 0, 0, 0]),
    ("a TIFF picture", ascii("II") + [42, 0, 8, 0, 0, 0]),
    ("a TIFF picture", ascii("MM") + [0, 42, 0, 0, 0, 8]),
    ("a Photoshop document", ascii("8BPS") + [0, 1]),
    ("a JPEG XL picture", [0xFF, 0x0A, 0x7F, 0x90]),
    ("a JPEG XL picture", [0, 0, 0, 12] + ascii("JXL ") + [0x0D, 0x0A, 0x87, 0x0A]),
    ("a JPEG 2000 picture", [0, 0, 0, 12] + ascii("jP  ") + [0x0D, 0x0A, 0x87, 0x0A]),
    ("a PDF document", ascii("%PDF-1.7\n")),
    ("a ZIP archive", ascii("PK") + [3, 4, 20, 0]),
    ("an SVG drawing", ascii("<svg xmlns='http://www.w3.org/2000/svg'/>")),
    ("an SVG drawing", ascii("<?xml version='1.0'?>\n<!-- drawn -->\n<svg/>")),
    ("an XML document", ascii("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>")),
    ("an HTML page", ascii("\n<!DOCTYPE html><title>404</title>")),
    ("a text", ascii("please find the photos attached\n")),
    ("a video", [0x1A, 0x45, 0xDF, 0xA3, 1]),
    ("begins with the bytes 01 02 FE 00", [1, 2, 0xFE, 0, 9]),
    ("begins with the bytes 41 00 42", [0x41, 0, 0x42]),
  ]

  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func box(_ type: String, _ contents: String) -> [UInt8] {
    [0, 0, 0, UInt8(8 + contents.utf8.count)] + ascii(type) + ascii(contents)
  }

  @Test("The message says what a file is and what to do", arguments: starts)
  func foreign(name: String, start: [UInt8]) throws {
    for bytes in [start, start + [UInt8](repeating: 0x5A, count: 100)] {
      // Padding would turn a short file of unknown bytes into another one.
      if bytes.count > start.count && name.hasPrefix("begins") { continue }
      let error = try #require(decodeError(bytes))
      #expect(error.code == .unsupportedFormat)
      #expect(error.message.contains(name), "\(error.message)")
      #expect(error.message.hasSuffix(".") || error.message.contains("for example with:"))
      #expect(completeness(bytes) == .notAnImage(error))
    }
  }

  @Test("An empty file is empty")
  func empty() {
    #expect(decodeError([])?.code == .empty)
    #expect(completeness([]) == .incomplete)
  }

  @Test("The first bytes of a JPEG or PNG are a beginning; other short files are unsupported")
  func short() {
    for start: [UInt8] in [[0xFF], [0xFF, 0xD8], [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E]] {
      #expect(decodeError(start)?.code == .truncated)
      #expect(completeness(start) == .incomplete)
    }
    for other: [UInt8] in [[0], [0x47, 0x49, 0x46], [0xFF, 0xD9, 0xFF], [0x89, 0x50, 0x4F]] {
      #expect(decodeError(other)?.code == .unsupportedFormat)
    }
  }

  @Test("A PNG that was sent as text is corrupt")
  func sentAsText() {
    let bytes = PNGEncoding().encode(Pictures.flat(9, 9))
    #expect(decodeError(bytes.filter { $0 != 0x0D })?.code == .corrupt)
    let doubled = bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    #expect(decodeError(doubled)?.code == .corrupt)
  }

  @Test("A file whose room was reserved but not filled yet is incomplete, not foreign")
  func reserved() {
    let zeros = [UInt8](repeating: 0, count: 4096)
    #expect(completeness(zeros) == .incomplete)
    #expect(decodeError(zeros)?.code == .truncated)
  }

  @Test("Apple's variant of PNG is named")
  func appleVariant() throws {
    var bytes = PNGEncoding().encode(Pictures.flat(9, 9))
    bytes.insert(contentsOf: pngChunk(type: "CgBI", [0x50, 0, 0x20, 6]), at: 8)
    let error = try #require(decodeError(bytes))
    #expect(error.code == .unsupportedFormat)
    #expect(error.message.contains("CgBI"))
  }

  @Test(
    "Kinds of JPEG that are not read are named",
    arguments: [
      (0xC3 as UInt8, "lossless"), (0xC5, "hierarchical"), (0xC9, "arithmetic"),
      (0xCA, "arithmetic"), (0xF7, "JPEG-LS"),
    ])
  func kindsOfJPEG(frame: UInt8, name: String) throws {
    var bytes = JPEGEncoding().encode(Pictures.flat(16, 16))
    bytes[try #require(bytes.jpegSegment(marker: 0xC0)) + 1] = frame
    let error = try #require(decodeError(bytes))
    #expect(error.code == .unsupportedFormat)
    #expect(error.message.contains(name), "\(error.message)")
  }

  @Test("A JPEG of 12 bits is named")
  func twelveBits() throws {
    var bytes = JPEGEncoding().encode(Pictures.flat(16, 16))
    bytes[try #require(bytes.jpegSegment(marker: 0xC0)) + 4] = 12
    let error = try #require(decodeError(bytes))
    #expect(error.code == .unsupportedFormat)
    #expect(error.message.contains("12 bits"))
  }
}

extension [UInt8] {
  /// Where a marker's 0xFF stands before the first scan, or that scan itself.
  func jpegSegment(marker: UInt8) -> Int? {
    var position = 2
    while position + 4 <= count, self[position] == 0xFF {
      if self[position + 1] == marker { return position }
      position += 2 + Int(self[position + 2]) << 8 + Int(self[position + 3])
    }
    return nil
  }
}
