import FuzzSupport
import SystemPackage

@testable import Training

/// A pair of IDX files. An input is the number of bytes of the labels' file, that file, and the
/// images' file.
struct IDXTarget: FuzzTarget {
  private let scratch = ScratchFolder()
  private static let labelNames = ["a", "b", "c"]

  var seeds: [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    for count in 0...2 {
      let labels = [0, 0, 8, 1, 0, 0, 0, UInt8(count)] + (0..<count).map { UInt8($0) }
      let images =
        [0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 28, 0, 0, 0, 28]
        + (0..<count * ImageSet.pixelCount).map { UInt8($0 % 255) }
      seeds["plain-\(count)"] = [UInt8(labels.count)] + labels + images
      let packed = Gzip.stored(labels)
      seeds["gzipped-\(count)"] = [UInt8(packed.count)] + packed + Gzip.stored(images)
    }
    return seeds
  }

  func run(_ bytes: [UInt8]) {
    let labels = bytes.dropFirst().prefix(Int(bytes.first ?? 0))
    scratch.write("labels", labels)
    scratch.write("images", bytes.dropFirst(1 + labels.count))
    defer { scratch.clear() }
    do {
      let set = try IDXReader.read(
        images: scratch.path.appending("images"), labels: scratch.path.appending("labels"),
        labelNames: Self.labelNames)
      check(set.count > 0 && set.pixels.count == 784 * set.count, "784 pixels a label")
      check(set.labels.allSatisfy { $0 < 3 }, "each label has a name")
      guard !Zlib.isGzip(Array(labels)), labels.count == 8 + set.count else { return }
      check(Array(labels.dropFirst(8)) == set.labels, "the labels are the file's")
    } catch {
      check(error.description.hasSuffix("."), "a whole sentence: \(error)")
    }
  }
}

/// gzip files whose data is not packed, so that changes reach what is in them.
enum Gzip {
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    func littleEndian(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    let length = UInt32(bytes.count)
    return header + [1] + littleEndian(length, 2) + littleEndian(~length, 2) + bytes
      + littleEndian(Zlib.crc32(bytes), 4) + littleEndian(length, 4)
  }
}
