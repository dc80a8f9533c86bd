import CKernels
import Testing

@Suite struct WinogradTests {
  /// 3 x 3 alone: every division into tiles of four and of three outputs and parts of them, channels
  /// that fill their blocks and not, several images, paddings, more tiles than go through all stages
  /// together, more inputs than kernels are finished for at once.
  private static let cases: [ConvolutionCase] =
    ConvolutionCase.all.filter { $0.kernel == 3 }
    + (1...14).map { size in
      ConvolutionCase(
        images: 2, inputs: 17, outputs: 16, height: size, width: 15 - size, kernel: 3, padding: 1)
    } + [
      ConvolutionCase(
        images: 3, inputs: 128, outputs: 130, height: 7, width: 7, kernel: 3, padding: 1),
      ConvolutionCase(
        images: 2, inputs: 128, outputs: 32, height: 14, width: 14, kernel: 3, padding: 1),
      ConvolutionCase(
        images: 2, inputs: 150, outputs: 35, height: 7, width: 6, kernel: 3, padding: 1),
      ConvolutionCase(
        images: 2, inputs: 16, outputs: 16, height: 8, width: 5, kernel: 3, padding: 0),
    ]

  private static let kernels = KernelTable.all.filter(\.hasWinograd)

  @Test(arguments: kernels, cases)
  func `it agrees with the definition`(kernel: KernelTable, c: ConvolutionCase) {
    let target = c.outputImages()
    kernel.convolveWinograd(c, c.inputImages(), into: target)
    #expect(difference(target.values, c.expectedOutput) < 1e-5)
    #expect(target.isRestIntact)
  }

  @Test(arguments: kernels)
  func `it keeps the bits of single precision`(kernel: KernelTable) {
    let c = ConvolutionCase(
      images: 2, inputs: 64, outputs: 35, height: 9, width: 7, kernel: 3, padding: 1, bits: 24)
    let target = c.outputImages()
    kernel.convolveWinograd(c, c.inputImages(), into: target)
    // It multiplies and divides before it adds.
    #expect(difference(target.values, c.expectedOutput) < 6e-6)
  }

  @Test(arguments: kernels, [(false, false), (true, false), (true, true), (false, true)])
  func `bias, relu and addend come in this order`(kernel: KernelTable, relu: (Bool, Bool)) {
    let c = ConvolutionCase(
      images: 2, inputs: 40, outputs: 35, height: 5, width: 6, kernel: 3, padding: 1)
    let end = ConvolutionEnd(c, relu: relu.0, reluAfterAdd: relu.1)
    let target = c.outputImages()
    kernel.convolveWinograd(c, c.inputImages(), end, into: target)
    #expect(difference(target.values, end.expected) < 1e-5)
    #expect(target.isRestIntact)
  }

  @Test(arguments: kernels, [(4, 4), (8, 12), (16, 4)])
  func `the largest of each 2 x 2 can be stored alone`(kernel: KernelTable, size: (Int, Int)) {
    let c = ConvolutionCase(
      images: 2, inputs: 18, outputs: 35, height: size.0, width: size.1, kernel: 3, padding: 1)
    for relu in [false, true] {
      let end = ConvolutionEnd(c, relu: relu, reluAfterAdd: !relu, pools: true)
      let target = Images(
        count: c.images, channels: c.outputs, height: size.0 / 2, width: size.1 / 2, padding: 1)
      kernel.convolveWinograd(c, c.inputImages(), end, into: target)
      #expect(difference(target.values, end.expected) < 1e-5)
      #expect(target.isRestIntact)
    }
  }

  @Test(arguments: kernels)
  func `an image's output does not depend on the images beside it`(kernel: KernelTable) {
    let together = ConvolutionCase(
      images: 5, inputs: 128, outputs: 128, height: 7, width: 7, kernel: 3, padding: 1)
    var alone = together
    alone.images = 1
    let (all, one) = (together.outputImages(), alone.outputImages())
    kernel.convolveWinograd(together, together.inputImages(), into: all)
    kernel.convolveWinograd(alone, alone.inputImages(), into: one)
    #expect(Array(all.values.prefix(one.values.count)) == one.values)
  }
}
