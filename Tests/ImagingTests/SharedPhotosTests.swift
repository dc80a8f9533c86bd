import FoundationEssentials
import Imaging
import TestSupport
import Testing

/// The real shop photos that lie beside a developer's checkout.
@Suite(.enabled(if: SharedData.isPresent, "needs the photos in ../shared"))
struct SharedPhotosTests {
  private func bytes(_ path: String) throws -> [UInt8] {
    let file = try #require(SharedData.folder) + "/photos/" + path
    return [UInt8](try #require(FileManager.default.contents(atPath: file), "\(file)"))
  }

  /// The rows of a table below its heading.
  private func rows(_ path: String, separator: Character) throws -> [[String]] {
    String(decoding: try bytes(path), as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst()
      .map { $0.split(separator: separator, omittingEmptySubsequences: false).map(String.init) }
  }

  @Test("Every photo decodes, to the size its source says")
  func photos() throws {
    var decoder = ImageDecoder()
    let rows = try rows("sources.tsv", separator: "\t")
    #expect(rows.count == 424)
    for row in rows {
      let bytes = try bytes(row[0])
      #expect(completeness(bytes) == .complete, "\(row[0])")
      do {
        let decoded = try decoder.decode(bytes)
        let edges = [decoded.info.width, decoded.info.height].sorted()
        #expect(edges == [Int(row[4]), Int(row[5])].compactMap(\.self).sorted(), "\(row[0])")
        #expect(row[9].hasPrefix(decoded.info.format.rawValue), "\(row[0]) is \(row[9])")
        #expect((1..<448).contains(max(decoded.image.width, decoded.image.height)))
      } catch {
        Issue.record("\(row[0]): \(error.message)")
      }
    }
  }

  @Test("The awkward files end as their table says")
  func odd() throws {
    var decoder = ImageDecoder()
    for row in try rows("odd/ODD.tsv", separator: "\t") {
      let code = decoder.code(try bytes("odd/" + row[0]))
      #expect((code?.rawValue ?? "decoded") == row[1], "\(row[0])")
    }
  }

  @Test("A phone's photo of orientation 6 comes out upright")
  func upright() throws {
    let decoded = try decode(try bytes("odd/jpeg-progressive-exif6.jpg"))
    // Stored as 736 x 1308.
    #expect(decoded.info == ImageInfo(format: .jpeg, width: 1308, height: 736))
  }
}
