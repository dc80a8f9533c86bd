/// Something that is no JPEG or PNG, told by its first bytes.
struct ForeignFormat {
  /// With its article: "a WebP picture".
  var name: String
  /// A sentence: how to make a JPEG or PNG of it.
  var advice: String

  init(sniffing bytes: Span<UInt8>) {
    if let known = ForeignFormat.signatures.first(where: { $0.matches(bytes) }) {
      self = known.format
    } else if let container = ForeignFormat(isoMediaFile: bytes) {
      self = container
    } else if let text = ForeignFormat(text: bytes) {
      self = text
    } else {
      let start = (0..<min(4, bytes.count)).map { ForeignFormat.hexadecimal(bytes[$0]) }
      self.init(
        name: "a file of unknown kind (it begins with the bytes \(start.joined(separator: " ")))",
        advice: "Export the photo again as a JPEG.")
    }
  }

  private init(name: String, advice: String) {
    self.name = name
    self.advice = advice
  }

  /// A picture of another format, with a program that converts it.
  private static func picture(_ name: String, convertWith command: String) -> ForeignFormat {
    ForeignFormat(name: name, advice: "Convert it, for example with: \(command)")
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
  }
}

// MARK: - By fixed bytes

extension ForeignFormat {
  private struct Signature {
    var bytes: [UInt8]
    /// A second run of bytes, for containers that hold several formats.
    var further: (offset: Int, bytes: [UInt8])?
    var format: ForeignFormat

    func matches(_ file: Span<UInt8>) -> Bool {
      guard file.hasBytes(bytes) else { return false }
      return further.map { file.hasBytes($0.bytes, at: $0.offset) } ?? true
    }
  }

  private static func ascii(
    _ text: String, then further: (Int, String)? = nil, _ format: ForeignFormat
  ) -> Signature {
    Signature(
      bytes: Array(text.utf8), further: further.map { ($0.0, Array($0.1.utf8)) }, format: format)
  }

  private static func binary(_ bytes: [UInt8], _ format: ForeignFormat) -> Signature {
    Signature(bytes: bytes, further: nil, format: format)
  }

  private static var signatures: [Signature] {
    let webp = picture("a WebP picture", convertWith: "dwebp photo.webp -o photo.png")
    let gif = picture("a GIF picture", convertWith: "convert 'photo.gif[0]' photo.png")
    let bmp = picture("a BMP picture", convertWith: "convert photo.bmp photo.png")
    let tiff = picture(
      "a TIFF picture or a camera's raw file", convertWith: "convert photo.tif photo.jpg")
    let psd = picture("a Photoshop document", convertWith: "convert 'photo.psd[0]' photo.png")
    let jxl = picture("a JPEG XL picture", convertWith: "djxl photo.jxl photo.jpg")
    let jp2 = picture("a JPEG 2000 picture", convertWith: "opj_decompress -i in.jp2 -o out.png")
    let jxr = picture("a JPEG XR picture", convertWith: "JxrDecApp -i photo.jxr -o photo.tif")
    let raw = picture("a camera's raw file", convertWith: "darktable-cli photo.raw photo.jpg")
    let pdf = picture("a PDF document", convertWith: "pdftoppm -jpeg document.pdf page")
    let film = video("a video")
    let zip = ForeignFormat(
      name: "a ZIP archive or an office document", advice: "Take the photos out of it first.")
    let archive = ForeignFormat(
      name: "a compressed archive", advice: "Take the photos out of it first.")
    return [
      ascii("RIFF", then: (8, "WEBP"), webp),
      ascii("RIFF", then: (8, "AVI "), film),
      ascii("GIF8", gif),
      ascii("%PDF-", pdf),
      ascii("8BPS", psd),
      ascii("FUJIFILMCCD-RAW", raw),
      ascii("IIRO", raw),
      ascii("PK\u{3}\u{4}", zip),
      ascii("7z", archive),
      ascii("Rar!", archive),
      binary([0x1F, 0x8B], archive),
      binary([0x49, 0x49, 0x2A, 0x00], tiff),
      binary([0x4D, 0x4D, 0x00, 0x2A], tiff),
      binary([0x49, 0x49, 0xBC], jxr),
      binary([0xFF, 0x0A], jxl),
      binary([0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20], jxl),
      binary([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20], jp2),
      binary([0xFF, 0x4F, 0xFF, 0x51], jp2),
      binary([0x1A, 0x45, 0xDF, 0xA3], film),
      binary([0, 0, 1, 0xBA], film),
      // A BMP's second word, its reserved field, is zero; "BM" alone may begin a text.
      Signature(bytes: Array("BM".utf8), further: (6, [0, 0, 0, 0]), format: bmp),
    ]
  }

  private static func video(_ name: String) -> ForeignFormat {
    ForeignFormat(
      name: name,
      advice: "Take a still from it, for example with: "
        + "ffmpeg -i video.mp4 -frames:v 1 photo.jpg")
  }
}

// MARK: - ISO media files: boxes

extension ForeignFormat {
  /// Files of boxes (ISO 14496-12) say in `ftyp` what they are: a major brand, a version, and
  /// compatible brands.
  private init?(isoMediaFile bytes: Span<UInt8>) {
    let box = bytes.text(at: 4)
    if ["moov", "mdat", "wide", "pnot"].contains(box) {
      self = ForeignFormat.video("a QuickTime video")
      return
    }
    guard box == "ftyp" else { return nil }
    let length = Int(bytes[2]) << 8 | Int(bytes[3])
    let offsets = [8] + stride(from: 16, to: min(length, 256), by: 4)
    let brands = offsets.compactMap { bytes.text(at: $0) }
    if brands.contains(where: { ["avif", "avis"].contains($0) }) {
      self = .picture("an AVIF picture", convertWith: "avifdec photo.avif photo.png")
    } else if brands.contains(where: { ["mif1", "msf1"].contains($0) || $0.hasPrefix("he") }) {
      self = .picture("a HEIC picture", convertWith: "heif-convert photo.heic photo.jpg")
    } else if brands.first == "crx " {
      self = .picture("a camera's raw file", convertWith: "darktable-cli photo.cr3 photo.jpg")
    } else {
      self = ForeignFormat.video("an MP4 or QuickTime video")
    }
  }
}

// MARK: - Text

extension ForeignFormat {
  private init?(text bytes: Span<UInt8>) {
    guard let text = bytes.leadingText else { return nil }
    let start = text.drop { $0.isWhitespace }.lowercased()
    if start.hasPrefix("<") && start.contains("<svg") {
      self = .picture("an SVG drawing", convertWith: "rsvg-convert drawing.svg -o photo.png")
    } else if start.hasPrefix("<!doctype html") || start.contains("<html") {
      self.init(
        name: "an HTML page, as a failed download leaves one",
        advice: "Download the photo itself.")
    } else if start.hasPrefix("<") {
      self.init(name: "an XML document", advice: "Download the photo itself.")
    } else {
      self.init(name: "a text", advice: "Give it the photo itself.")
    }
  }
}

extension Span<UInt8> {
  /// Four characters of ASCII.
  fileprivate func text(at offset: Int) -> String? {
    guard offset + 4 <= count else { return nil }
    return String(decoding: (offset..<offset + 4).map { self[$0] }, as: UTF8.self)
  }

  /// The first 512 bytes if they are text: UTF-8 without control characters, or marked UTF-16.
  fileprivate var leadingText: String? {
    let start = (0..<Swift.min(count, 512)).map { self[$0] }
    if hasBytes([0xFE, 0xFF]) || hasBytes([0xFF, 0xFE]) {
      return String(decoding: start.filter { $0 > 0 && $0 < 0x80 }, as: UTF8.self)
    }
    let isText = start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
    // Bytes above 0x7F are letters in UTF-8 and noise in a binary file; texts begin with few.
    let letters = start.count { $0 < 0x80 }
    guard isText, letters * 2 > start.count else { return nil }
    return String(
      decoding: hasBytes([0xEF, 0xBB, 0xBF]) ? Array(start.dropFirst(3)) : start,
      as: UTF8.self)
  }
}
