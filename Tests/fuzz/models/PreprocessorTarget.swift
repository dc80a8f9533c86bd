import Classification
import FuzzSupport
import Imaging

/// Any picture that a decoder can give: its two edges, then pixels, which are repeated to fill it.
final class PreprocessorTarget: FuzzTarget {
  let seeds: [String: [UInt8]] = [
    "dot": [1, 1, 255, 255, 255],
    "stripes": [60, 40] + [255, 255, 255, 20, 30, 200],
    "noise": [99, 3] + (0..<60).map { UInt8($0 * 37 % 256) },
    "bag": [16, 16] + (0..<768).map { (200..<560).contains($0) ? 90 : 252 },
  ]

  private var preprocessor = Preprocessor()
  private var input = PreparedInput()

  func run(_ bytes: [UInt8]) {
    guard bytes.count > 2, bytes[0] > 0, bytes[1] > 0 else { return }
    let (width, height) = (Int(bytes[0]), Int(bytes[1]))
    let pixels = (0..<3 * width * height).map { bytes[2 + $0 % (bytes.count - 2)] }
    preprocessor.prepare(RGBImage(width: width, height: height, pixels: pixels), into: &input)
    check(input.pixels.count == PreparedInput.pixelCount, "an input has 28 x 28 pixels")
    let measured = input.measurements
    check((measured.imageWidth, measured.imageHeight) == (width, height), "it is this picture's")
    check((0...1).contains(measured.borderUniformity), "a share is from 0 to 1")
    check(measured.borderNoise.isFinite && measured.contrast.isFinite, "figures are numbers")
    if let box = measured.subject {
      check(
        box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 && box.x + box.width <= width
          && box.y + box.height <= height, "the subject lies in the picture")
    }
  }
}
