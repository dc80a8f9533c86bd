import Digest
import NeuralNetwork

@testable import Training

/// Small data for tests.
enum Samples {
  /// A model as if it came from a file.
  static func source(_ model: Model) -> SourceModel {
    let bytes = model.serialized()
    return SourceModel(model, sha256: SHA256.hex(of: bytes.span))
  }

  static let labelNames = ["dark", "light", "left"]

  /// Images that a linear layer can tell apart: dark ones, light ones, ones lit at the left; each
  /// with some noise of its own.
  static func images(perClass: Int = 20) -> ImageSet {
    var generator = Philox(seed: 99, .order)
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    for _ in 0..<perClass {
      for label in 0..<3 {
        labels.append(UInt8(label))
        for place in 0..<ImageSet.pixelCount {
          let isLit = label == 1 || label == 2 && place % ImageSet.edge < 14
          pixels.append(UInt8((isLit ? 150 : 20) + generator.below(60)))
        }
      }
    }
    return ImageSet(pixels: pixels, labels: labels, labelNames: labelNames, name: "samples")
  }

  /// An IDX file of images: the numbers 0, 1, 2... as pixels.
  static func idxImages(_ count: Int, edge: Int = 28) -> [UInt8] {
    let size = [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, edge, 0, 0, 0, edge].map { UInt8($0) }
    return size + (0..<count * edge * edge).map { UInt8(truncatingIfNeeded: $0) }
  }

  /// An IDX file of labels.
  static func idxLabels(_ labels: [UInt8]) -> [UInt8] {
    [0, 0, 8, 1, 0, 0, 0, UInt8(labels.count)] + labels
  }

  /// A line of a CSV file.
  static func csvLine(label: String, pixel: (Int) -> String) -> String {
    ([label] + (0..<ImageSet.pixelCount).map(pixel)).joined(separator: ",") + "\n"
  }
}
