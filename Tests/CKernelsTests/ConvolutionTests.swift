import CKernels
import Testing

@Suite struct ConvolutionTests {
  @Test(arguments: KernelTable.all, ConvolutionCase.all)
  func `forward agrees with the definition`(table: KernelTable, c: ConvolutionCase) {
    let target = c.outputImages()
    table.convolve(c.description, c.inputImages(), c.packed(table), into: target)
    #expect(difference(target.values, c.expectedOutput) < 1e-5)
    #expect(target.isRestIntact)
  }

  /// The other tests' numbers have seven bits, so that any kernel is exact. A factor with sixteen of
  /// its bits is off by 2^-17 of itself at most, and errors of many products mostly cancel.
  @Test(arguments: KernelTable.all.filter { $0.isa != HANGTAG_AMX })
  func `products keep the bits of single precision, or sixteen`(table: KernelTable) {
    let c = ConvolutionCase(
      images: 2, inputs: 64, outputs: 35, height: 9, width: 7, kernel: 3, padding: 1, bits: 24)
    let target = c.outputImages()
    table.convolve(c.description, c.inputImages(), c.packed(table), into: target)
    let error = difference(target.values, c.expectedOutput)
    #expect(error < (table.isa == HANGTAG_AMX_SPLIT ? 2e-5 : 1e-6))
    #expect(target.isRestIntact)
  }

  @Test(arguments: KernelTable.all, [(false, false), (true, false), (true, true), (false, true)])
  func `bias, relu and addend come in this order`(table: KernelTable, relu: (Bool, Bool)) {
    let c = ConvolutionCase(
      images: 2, inputs: 40, outputs: 35, height: 5, width: 6, kernel: 3, padding: 1)
    let end = ConvolutionEnd(c, relu: relu.0, reluAfterAdd: relu.1)
    let target = c.outputImages()
    table.convolve(c.description, c.inputImages(), c.packed(table), end, into: target)
    #expect(difference(target.values, end.expected) < 1e-5)
    #expect(target.isRestIntact)
  }

  @Test(arguments: KernelTable.all, ConvolutionCase.all)
  func `input gradient is the convolution with transposed weights`(
    table: KernelTable, c: ConvolutionCase
  ) {
    let (gradient, weights) = (c.outputGradient, c.weights)
    var expected = [Double](repeating: 0, count: c.input.count)
    c.forEachProduct { i, w, o in expected[i] += Double(gradient[o]) * Double(weights[w]) }

    let padding = c.kernel - 1 - c.padding
    let source = Images(
      gradient, count: c.images, channels: c.outputs, height: c.outputHeight,
      width: c.outputWidth, padding: max(padding, 0))
    let target = Images(
      count: c.images, channels: c.inputs, height: c.height, width: c.width, padding: c.padding)
    let convolution = hangtag_convolution(
      output: target.extent, input_channels: Int32(c.outputs), kernel_height: Int32(c.kernel),
      kernel_width: Int32(c.kernel), padding_height: Int32(padding), padding_width: Int32(padding))
    table.convolve(
      convolution, source,
      table.transposed(c.weightDescription, weights, count: c.packedCount), into: target)
    #expect(difference(target.values, expected) < 1e-5)
    #expect(target.isRestIntact)
  }

  @Test(arguments: KernelTable.all, ConvolutionCase.all)
  func `weight gradient is added to what is there`(table: KernelTable, c: ConvolutionCase) {
    let expected = zip(c.weights, c.expectedWeightGradient).map { Double($0) + $1 }
    // Gradients are packed in one way, whatever a table makes of the weights for its own use.
    var packed = c.packed(KernelTable.all[0])
    table.addWeightGradient(
      c.description, c.inputImages(), c.outputGradientImages(), to: &packed)
    let actual = table.unpacked(c.weightDescription, packed, count: expected.count)
    #expect(difference(actual, expected) < 1e-5)
    // What fills up the blocks is no weight and must not become one.
    #expect(packed.count { $0 != 0 } == expected.count { $0 != 0 })
  }

  @Test(arguments: KernelTable.all, [1, 2, 3])
  func `interleaved input gives the same as blocks`(table: KernelTable, channels: Int) {
    let c = ConvolutionCase(
      images: 2, inputs: channels, outputs: 20, height: 6, width: 17, kernel: 3, padding: 1)
    let interleaved = Interleaved(c)
    let target = c.outputImages()
    table.convolve(
      interleaved.convolution, interleaved,
      table.packed(interleaved.weights, c.weights, count: interleaved.packedCount), into: target)
    #expect(difference(target.values, c.expectedOutput) < 1e-5)

    var gradient = [Float](repeating: 0, count: interleaved.packedCount)
    table.addWeightGradient(
      interleaved.convolution, interleaved, c.outputGradientImages(), to: &gradient)
    let actual = table.unpacked(interleaved.weights, gradient, count: c.weights.count)
    #expect(difference(actual, c.expectedWeightGradient) < 1e-5)
  }

  @Test(arguments: KernelTable.all, [1, 2, 5, 14, 15, 33])
  func `a product of matrices is a row of pixels`(table: KernelTable, images: Int) {
    let c = ConvolutionCase(
      images: images, inputs: 90, outputs: 42, height: 1, width: 1, kernel: 1, padding: 0)
    let target = Images(count: images, channels: c.outputs, height: 1, width: 1)
    let convolution = hangtag_convolution(
      output: hangtag_extent(
        images: 1, channels: Int32(c.outputs), height: 1, width: Int32(images)),
      input_channels: Int32(c.inputs), kernel_height: 1, kernel_width: 1, padding_height: 0,
      padding_width: 0)
    table.convolve(
      convolution, Rows(c.inputImages()), c.packed(table), into: Rows(target))
    #expect(difference(target.values, c.expectedOutput) < 1e-5)
    #expect(target.isRestIntact)
  }
}
