import Imaging
import SamplePhotos
import Testing

/// A photo that is still being copied is not taken, and a finished one is.
@Suite struct CompletenessTests {
  /// One file of each way of being written.
  static let files: [[UInt8]] = {
    var progressive = JPEGEncoding()
    progressive.isProgressive = true
    var decorated = JPEGEncoding()
    decorated.orientation = 6
    decorated.restartInterval = 2
    decorated.iccProfile = [UInt8](repeating: 0xD9, count: 200)
    let picture = Pictures.busy(40, 30)
    return [
      JPEGEncoding().encode(picture), progressive.encode(picture), decorated.encode(picture),
      PNGEncoding().encode(picture), PNGEncoding(kind: .rgba, isInterlaced: true).encode(picture),
    ]
  }()

  @Test("Whole files are complete; every beginning of one is incomplete", arguments: files)
  func prefixes(file: [UInt8]) {
    #expect(completeness(file) == .complete)
    for count in file.indices {
      #expect(completeness(Array(file.prefix(count))) == .incomplete, "\(count) bytes")
    }
  }

  @Test("Decoding agrees: every beginning is truncated", arguments: files)
  func prefixesDecoded(file: [UInt8]) {
    var decoder = ImageDecoder()
    for count in 1..<file.count {
      #expect(decoder.code(Array(file.prefix(count))) == .truncated, "\(count) bytes")
    }
    #expect(decoder.code(file) == nil)
  }

  /// Found by the fuzzer: between two scans libjpeg passes over a comment of length 0, which is no
  /// valid segment.
  @Test("A file that is decoded in spite of damage is not waited for")
  func damagedButReadable() throws {
    var encoding = JPEGEncoding()
    encoding.isProgressive = true
    var file = encoding.encode(Pictures.busy(40, 30))
    let scans = file.indices.dropLast().filter { file[$0] == 0xFF && file[$0 + 1] == 0xDA }
    file.insert(contentsOf: [0xFF, 0xFE, 0, 0], at: try #require(scans.last))
    var decoder = ImageDecoder()
    #expect(decoder.code(file) == nil)
    #expect(completeness(file) != .incomplete)
  }

  @Test("What follows the end does not matter", arguments: files)
  func trailing(file: [UInt8]) throws {
    let wanted = try decode(file)
    for rest in [[0], [UInt8](repeating: 0, count: 700), file, Array("trailer".utf8)] {
      #expect(completeness(file + rest) == .complete)
      #expect(try decode(file + rest) == wanted)
    }
  }

  @Test("A thumbnail's end of image inside Exif is not the photo's")
  func thumbnail() {
    let thumbnail = JPEGEncoding().encode(Pictures.busy(16, 16))
    var photo = JPEGEncoding().encode(Pictures.busy(64, 64))
    photo.insertJPEGSegment(marker: 0xE1, Exif.payload(orientation: 1) + thumbnail)
    #expect(completeness(photo) == .complete)
    #expect(completeness(Array(photo.dropLast(2))) == .incomplete)
    // Cut off right behind the thumbnail.
    let cut = 2 + 4 + Exif.payload(orientation: 1).count + thumbnail.count
    #expect(completeness(Array(photo.prefix(cut))) == .incomplete)
  }

  @Test("Fill bytes and unknown segments are passed over")
  func fillBytes() throws {
    var photo = JPEGEncoding().encode(Pictures.busy(64, 64))
    let wanted = try decode(photo)
    photo.insertJPEGSegment(marker: 0xEC, [0xFF, 0xD9, 0xFF, 0xDA, 0, 2])
    photo.insert(contentsOf: [0xFF, 0xFF, 0xFF], at: photo.count - 2)
    photo.insert(contentsOf: [0xFF, 0xFF], at: 2)
    #expect(completeness(photo) == .complete)
    #expect(try decode(photo) == wanted)
  }

  @Test("Bytes that cannot go on as a picture are known at once")
  func hopeless() {
    // A segment's length counts its own two bytes.
    #expect(isCorrupt([0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0, 0]))
    // No chunk is longer than 2^31 - 1, and its type is four letters.
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let rest = Array("IHDR".utf8) + [UInt8](repeating: 0, count: 17)
    #expect(isCorrupt(signature + [0x80, 0, 0, 13] + rest))
    #expect(isCorrupt(signature + [0, 0, 0, 13, 0x49, 0x48, 0x44, 0x10] + rest.dropFirst(4)))
  }

  private func isCorrupt(_ bytes: [UInt8]) -> Bool {
    guard case .notAnImage(let error) = completeness(bytes) else { return false }
    return error.code == .corrupt
  }
}
