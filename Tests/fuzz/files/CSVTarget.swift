import FuzzSupport
@testable import Training

/// A table of images.
struct CSVTarget: FuzzTarget {
  private let scratch = ScratchFolder()
  private static let labelNames = ["a", "b", "c"]

  var seeds: [String: [UInt8]] {
    let row = [UInt8](repeating: 0, count: 780) + [255, 17, 9, 100]
    let header = "label," + (1...784).map { "p\($0)" }.joined(separator: ",")
    let gray = Self.line(label: 2, row)
    return [
      "one.csv": Array(Self.line(label: 1, row).utf8),
      "header.csv": Array((header + "\r\n" + gray + "\r\n").utf8),
      "two.csv": Array(("\n" + gray + "\n" + Self.line(label: 0, row)).utf8),
      "short.csv": Array("1,2,3\n".utf8),
    ]
  }

  private static func line(label: UInt8, _ pixels: some Collection<UInt8>) -> String {
    ([label] + pixels).map(String.init).joined(separator: ",")
  }

  func run(_ bytes: [UInt8]) {
    scratch.write("table", bytes)
    defer { scratch.clear() }
    guard !bytes.isEmpty else { return }
    do {
      let set = try read("table")
      check(set.count > 0 && set.pixels.count == 784 * set.count, "784 pixels a label")
      let rows = (0..<set.count).map { Self.line(label: set.labels[$0], set.image($0)) + "\n" }
      scratch.write("again", rows.joined().utf8)
      let again = require("the same table, written plainly, can be read") { try read("again") }
      check(again.pixels == set.pixels && again.labels == set.labels, "it holds the same images")
    } catch {
      check(error.description.hasSuffix("."), "a whole sentence: \(error)")
    }
  }

  private func read(_ name: String) throws(DataError) -> ImageSet {
    try CSVReader.read(scratch.path.appending(name), labelNames: Self.labelNames)
  }
}
