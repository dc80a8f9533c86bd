import CKernels

/// What happens to a convolution's sums before they are stored, and what should come out.
struct ConvolutionEnd {
  let bias: [Float]
  let relu: Bool
  let addend: Images
  let reluAfterAdd: Bool
  /// Whether only the largest of each 2 x 2 is stored.
  let pools: Bool
  let expected: [Double]

  /// A bias and an addend for each of a case's outputs.
  init(_ c: ConvolutionCase, relu: Bool, reluAfterAdd: Bool, pools: Bool = false) {
    let bias = numbers(c.outputs, seed: 5)
    let addend = numbers(c.outputGradient.count, seed: 6)
    var expected = c.expectedOutput
    for index in expected.indices {
      expected[index] += Double(bias[index / (c.outputHeight * c.outputWidth) % c.outputs])
      if relu { expected[index] = max(expected[index], 0) }
      expected[index] += Double(addend[index])
      if reluAfterAdd { expected[index] = max(expected[index], 0) }
    }
    self.bias = bias + [Float](repeating: 0, count: (bias.count + 15) / 16 * 16 - bias.count)
    self.relu = relu
    self.addend = Images(
      addend, count: c.images, channels: c.outputs, height: c.outputHeight, width: c.outputWidth)
    self.reluAfterAdd = reluAfterAdd
    self.pools = pools
    self.expected = pools ? Self.largestOfFours(expected, width: c.outputWidth) : expected
  }

  /// Of each 2 x 2 in pictures of an even height.
  private static func largestOfFours(_ values: [Double], width: Int) -> [Double] {
    let corners = values.indices.filter { $0 / width % 2 == 0 && $0 % width % 2 == 0 }
    return corners.map { corner in
      [0, 1, width, width + 1].map { values[corner + $0] }.max() ?? .nan
    }
  }

  /// Calls `body` with it as the kernels want it; with nothing, the sums stay as they are.
  static func withEpilogue(_ end: ConvolutionEnd?, _ body: (hangtag_epilogue) -> Void) {
    let nothing = unsafe hangtag_map(data: nil, image: 0, block: 0, row: 0, pixel: 0)
    guard let end else {
      unsafe body(hangtag_epilogue(bias: nil, relu: 0, addend: nothing, relu_after_add: 0, pool: 0))
      return
    }
    unsafe end.bias.withUnsafeBufferPointer { bias in
      unsafe body(
        hangtag_epilogue(
          bias: bias.baseAddress, relu: end.relu ? 1 : 0, addend: end.addend.map,
          relu_after_add: end.reluAfterAdd ? 1 : 0, pool: end.pools ? 1 : 0))
    }
    withExtendedLifetime(end.addend) {}
  }
}
