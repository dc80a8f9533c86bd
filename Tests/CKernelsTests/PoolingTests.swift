import CKernels
import Testing

@Suite struct PoolingTests {
  /// Small whole numbers, so that windows have several largest values.
  private func values(_ count: Int) -> [Float] {
    numbers(count, seed: 9).map { ($0 * 3).rounded() }
  }

  @Test(arguments: KernelTable.all, [1, 2, 3])
  func `max pool drops the rest and its gradient goes to the first largest`(
    table: KernelTable, size: Int
  ) {
    let (images, channels, height, width) = (2, 19, 7, 8)
    let input = values(images * channels * height * width)
    let (outHeight, outWidth) = (height / size, width / size)
    var expected = [Double](repeating: 0, count: images * channels * outHeight * outWidth)
    let gradient = numbers(expected.count, seed: 10)
    var expectedGradient = [Double](repeating: 0, count: input.count)
    for plane in 0..<images * channels {
      for y in 0..<outHeight {
        for x in 0..<outWidth {
          let window = (0..<size * size).map {
            (plane * height + y * size + $0 / size) * width + x * size + $0 % size
          }
          let largest = window.reduce(-Float.infinity) { max($0, input[$1]) }
          let output = (plane * outHeight + y) * outWidth + x
          expected[output] = Double(largest)
          let first = window.first { input[$0] == largest } ?? 0
          expectedGradient[first] += Double(gradient[output])
        }
      }
    }
    let source = Images(
      input, count: images, channels: channels, height: height, width: width, padding: 1)
    let target = Images(count: images, channels: channels, height: outHeight, width: outWidth)
    table.maxPool(source, size: size, into: target)
    #expect(difference(target.values, expected) == 0)
    #expect(target.isRestIntact)

    let outputGradient = Images(
      gradient, count: images, channels: channels, height: outHeight, width: outWidth)
    let inputGradient = Images(
      count: images, channels: channels, height: height, width: width, padding: 2)
    table.maxPoolGradient(source, target, outputGradient, size: size, into: inputGradient)
    #expect(difference(inputGradient.values, expectedGradient) == 0)
    #expect(inputGradient.isRestIntact)
  }

  @Test(arguments: KernelTable.all)
  func `global pools see every pixel`(table: KernelTable) {
    let (images, channels, height, width) = (3, 21, 3, 5)
    let input = values(images * channels * height * width)
    let gradient = numbers(images * channels, seed: 11)
    var largest = [Double](repeating: 0, count: images * channels)
    var mean = largest
    var largestGradient = [Double](repeating: 0, count: input.count)
    var meanGradient = largestGradient
    for plane in 0..<images * channels {
      let pixels = plane * height * width..<(plane + 1) * height * width
      let top = pixels.reduce(-Float.infinity) { max($0, input[$1]) }
      largest[plane] = Double(top)
      mean[plane] = pixels.reduce(0) { $0 + Double(input[$1]) } / Double(pixels.count)
      let first = pixels.first { input[$0] == top } ?? 0
      largestGradient[first] = Double(gradient[plane])
      for pixel in pixels { meanGradient[pixel] = Double(gradient[plane]) / Double(pixels.count) }
    }
    let source = Images(
      input, count: images, channels: channels, height: height, width: width, padding: 1)
    let target = Images(count: images, channels: channels, height: 1, width: 1)
    let outputGradient = Images(gradient, count: images, channels: channels, height: 1, width: 1)
    let inputGradient = Images(
      count: images, channels: channels, height: height, width: width, padding: 1)
    table.globalMaxPool(source, into: target)
    #expect(difference(target.values, largest) == 0)
    table.globalMaxPoolGradient(source, target, outputGradient, into: inputGradient)
    #expect(difference(inputGradient.values, largestGradient) == 0)
    table.globalAveragePool(source, into: target)
    #expect(difference(target.values, mean) < 1e-6)
    table.globalAveragePoolGradient(outputGradient, into: inputGradient)
    #expect(difference(inputGradient.values, meanGradient) < 1e-6)
    #expect(target.isRestIntact && inputGradient.isRestIntact)
  }
}
