import CKernels
import Testing

/// A convolution and its naive computation, in double precision, from the definition.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var images = 1
  var inputs: Int
  var outputs: Int
  var height: Int
  var width: Int
  var kernel: Int
  var padding: Int
  /// Of each number, with its sign.
  var bits = 8

  var outputHeight: Int { height + 2 * padding - kernel + 1 }
  var outputWidth: Int { width + 2 * padding - kernel + 1 }

  var testDescription: String {
    "\(images) x \(inputs)>\(outputs) \(height)x\(width) k\(kernel) p\(padding)"
  }

  /// Odd channel counts, kernels 1, 3 and 5, paddings 0, 1 and 2, sizes 1 to 28, several images.
  static let all: [ConvolutionCase] = {
    var cases = [
      ConvolutionCase(inputs: 1, outputs: 32, height: 28, width: 28, kernel: 3, padding: 1),
      ConvolutionCase(inputs: 32, outputs: 64, height: 14, width: 14, kernel: 3, padding: 1),
      ConvolutionCase(inputs: 70, outputs: 50, height: 7, width: 7, kernel: 3, padding: 1),
      ConvolutionCase(inputs: 1, outputs: 1, height: 1, width: 1, kernel: 1, padding: 0),
      ConvolutionCase(inputs: 16, outputs: 16, height: 1, width: 1, kernel: 3, padding: 1),
      ConvolutionCase(inputs: 5, outputs: 17, height: 5, width: 9, kernel: 5, padding: 0),
      ConvolutionCase(
        images: 33, inputs: 3, outputs: 7, height: 4, width: 3, kernel: 3, padding: 1),
      ConvolutionCase(
        images: 3, inputs: 33, outputs: 49, height: 6, width: 13, kernel: 1, padding: 0),
      ConvolutionCase(
        images: 2, inputs: 17, outputs: 2, height: 3, width: 4, kernel: 1, padding: 2),
      ConvolutionCase(
        images: 2, inputs: 130, outputs: 20, height: 4, width: 4, kernel: 5, padding: 2),
    ]
    for width in 1...28 {
      cases.append(
        ConvolutionCase(
          images: 1 + width % 2, inputs: 1 + width % 19, outputs: 1 + width * 7 % 40, height: 3,
          width: width, kernel: width % 3 == 0 ? 5 : 3, padding: width % 3 == 0 ? 2 : 1))
    }
    return cases
  }()

  var input: [Float] { numbers(images * inputs * height * width, seed: 1, bits: bits) }
  var weights: [Float] { numbers(outputs * inputs * kernel * kernel, seed: 2, bits: bits) }
  var outputGradient: [Float] { numbers(images * outputs * outputHeight * outputWidth, seed: 3) }

  /// Calls `body` with the indices of each product: of the input, the weight and the output.
  func forEachProduct(_ body: (Int, Int, Int) -> Void) {
    for n in 0..<images {
      for o in 0..<outputs {
        for y in 0..<outputHeight {
          for x in 0..<outputWidth {
            let output = ((n * outputs + o) * outputHeight + y) * outputWidth + x
            for i in 0..<inputs {
              for ky in 0..<kernel {
                for kx in 0..<kernel {
                  let (row, column) = (y + ky - padding, x + kx - padding)
                  guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                  let weight = ((o * inputs + i) * kernel + ky) * kernel + kx
                  body(((n * inputs + i) * height + row) * width + column, weight, output)
                }
              }
            }
          }
        }
      }
    }
  }

  /// What the kernels are told.
  var description: hangtag_convolution {
    hangtag_convolution(
      output: hangtag_extent(
        images: Int32(images), channels: Int32(outputs), height: Int32(outputHeight),
        width: Int32(outputWidth)),
      input_channels: Int32(inputs), kernel_height: Int32(kernel), kernel_width: Int32(kernel),
      padding_height: Int32(padding), padding_width: Int32(padding))
  }

  var weightDescription: hangtag_weights {
    hangtag_weights(
      outputs: Int32(outputs), inputs: Int32(inputs), kernel_height: Int32(kernel),
      kernel_width: Int32(kernel), columns_are_channels: 0)
  }

  var packedCount: Int { (outputs + 15) / 16 * ((inputs + 15) / 16) * kernel * kernel * 256 }

  func packed(_ table: KernelTable) -> [Float] {
    table.packed(weightDescription, weights, count: packedCount)
  }

  var expectedOutput: [Double] {
    let (input, weights) = (input, weights)
    var sums = [Double](repeating: 0, count: outputGradient.count)
    forEachProduct { i, w, o in sums[o] += Double(input[i]) * Double(weights[w]) }
    return sums
  }

  var expectedWeightGradient: [Double] {
    let (input, gradient) = (input, outputGradient)
    var sums = [Double](repeating: 0, count: weights.count)
    forEachProduct { i, w, o in sums[w] += Double(input[i]) * Double(gradient[o]) }
    return sums
  }

  func inputImages() -> Images {
    Images(
      input, count: images, channels: inputs, height: height, width: width, padding: padding)
  }

  func outputGradientImages() -> Images {
    Images(
      outputGradient, count: images, channels: outputs, height: outputHeight, width: outputWidth)
  }

  /// Images for the output.
  func outputImages() -> Images {
    Images(
      count: images, channels: outputs, height: outputHeight, width: outputWidth, padding: 1)
  }
}
