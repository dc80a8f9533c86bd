import CKernels
import Testing

@Suite struct ElementwiseTests {
  let images = 3
  let channels = 37
  let height = 4
  let width = 5

  private func make(_ values: [Float], padding: Int = 0) -> Images {
    Images(
      values, count: images, channels: channels, height: height, width: width, padding: padding)
  }

  private func make() -> Images {
    Images(count: images, channels: channels, height: height, width: width, padding: 1)
  }

  private func values(_ seed: UInt64) -> [Float] {
    numbers(images * channels * height * width, seed: seed)
  }

  private func wholeBlocks(_ values: [Float]) -> [Float] {
    values + [Float](repeating: 0, count: 48 - values.count)
  }

  @Test(arguments: KernelTable.all)
  func `relu and its gradient`(table: KernelTable) {
    let (input, gradient) = (values(1), values(2))
    let (source, target, result) = (make(input, padding: 1), make(), make())
    table.relu(source, into: target)
    #expect(target.values == input.map { max($0, 0) })
    table.reluGradient(target, make(gradient), into: result)
    #expect(result.values == zip(input, gradient).map { $0 > 0 ? $1 : 0 })
    #expect(target.isRestIntact && result.isRestIntact)
  }

  @Test(arguments: KernelTable.all)
  func `sums of maps, of channels and of vectors`(table: KernelTable) {
    let (left, right) = (values(1), values(2))
    let (first, target) = (make(left, padding: 2), make())
    table.add(first, make(right), into: target)
    #expect(target.values == zip(left, right).map { $0 + $1 })
    #expect(target.isRestIntact)

    var sums = wholeBlocks(numbers(channels, seed: 3))
    var expected = sums.map(Double.init)
    for index in left.indices {
      expected[index / (height * width) % channels] += Double(left[index])
    }
    table.addChannelSums(of: first, to: &sums)
    #expect(difference(sums, expected) < 1e-6)

    var total = right
    table.accumulate(left, onto: &total)
    #expect(total == zip(left, right).map { $0 + $1 })
  }

  @Test(arguments: KernelTable.all, [false, true])
  func `scale and shift of each channel`(table: KernelTable, relu: Bool) {
    let input = values(1)
    let (scale, shift) = (numbers(channels, seed: 3), numbers(channels, seed: 4))
    let target = make()
    table.scaleShift(
      make(input), scale: wholeBlocks(scale), shift: wholeBlocks(shift), relu: relu, into: target)
    let expected = input.indices.map { index in
      let channel = index / (height * width) % channels
      let value = Double(input[index]) * Double(scale[channel]) + Double(shift[channel])
      return relu ? max(value, 0) : value
    }
    #expect(difference(target.values, expected) < 1e-6)
    #expect(target.isRestIntact)
  }

  @Test(arguments: KernelTable.all)
  func `moments are exact where the mean is large`(table: KernelTable) {
    let input = values(1).map { 1000 + $0 }
    let source = make(input, padding: 1)
    let stride = 48
    let (mean, squares) = table.moments(source, stride: stride)
    for image in 0..<images {
      for channel in 0..<channels {
        let first = (image * channels + channel) * height * width
        let pixels = input[first..<first + height * width].map(Double.init)
        let average = pixels.reduce(0, +) / Double(pixels.count)
        let deviation = pixels.reduce(0) { $0 + ($1 - average) * ($1 - average) }
        let index = image * stride + channel
        #expect(abs(Double(mean[index]) - average) < 1e-3)
        #expect(abs(Double(squares[index]) - deviation) < 1e-3 * deviation)
      }
    }
  }

  @Test(arguments: KernelTable.all)
  func `plain memory to blocks and back`(table: KernelTable) {
    let input = values(1)
    let target = make()
    table.pack(input, into: target)
    #expect(target.values == input)
    #expect(target.isRestIntact)
    #expect(table.unpack(target) == input)
  }
}
