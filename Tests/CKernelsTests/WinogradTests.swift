import CKernels
import Testing

@Suite struct WinogradTests {
  /// 3 x 3 alone: whole tiles and parts of them, channels that fill their blocks and not, several
  /// images, paddings, more tiles than go through all stages together.
  private static let cases: [ConvolutionCase] =
    ConvolutionCase.all.filter { $0.kernel == 3 } + [
      ConvolutionCase(
        images: 3, inputs: 128, outputs: 130, height: 7, width: 7, kernel: 3, padding: 1),
      ConvolutionCase(
        images: 2, inputs: 16, outputs: 16, height: 8, width: 5, kernel: 3, padding: 0),
    ]

  private static let tables = KernelTable.all.filter(\.hasWinograd)

  @Test(arguments: tables, cases)
  func `it agrees with the definition`(table: KernelTable, c: ConvolutionCase) {
    let target = c.outputImages()
    table.convolveWinograd(c, c.inputImages(), into: target)
    #expect(difference(target.values, c.expectedOutput) < 1e-5)
    #expect(target.isRestIntact)
  }

  @Test(arguments: tables)
  func `it keeps the bits of single precision`(table: KernelTable) {
    let c = ConvolutionCase(
      images: 2, inputs: 64, outputs: 35, height: 9, width: 7, kernel: 3, padding: 1, bits: 24)
    let target = c.outputImages()
    table.convolveWinograd(c, c.inputImages(), into: target)
    #expect(difference(target.values, c.expectedOutput) < 2e-6)
  }

  @Test(arguments: tables, [(false, false), (true, false), (true, true), (false, true)])
  func `bias, relu and addend come in this order`(table: KernelTable, relu: (Bool, Bool)) {
    let c = ConvolutionCase(
      images: 2, inputs: 40, outputs: 35, height: 5, width: 6, kernel: 3, padding: 1)
    let end = ConvolutionEnd(c, relu: relu.0, reluAfterAdd: relu.1)
    let target = c.outputImages()
    table.convolveWinograd(c, c.inputImages(), end, into: target)
    #expect(difference(target.values, end.expected) < 1e-5)
    #expect(target.isRestIntact)
  }

  @Test(arguments: tables)
  func `an image's output does not depend on the images beside it`(table: KernelTable) {
    let together = ConvolutionCase(
      images: 5, inputs: 128, outputs: 128, height: 7, width: 7, kernel: 3, padding: 1)
    var alone = together
    alone.images = 1
    let (all, one) = (together.outputImages(), alone.outputImages())
    table.convolveWinograd(together, together.inputImages(), into: all)
    table.convolveWinograd(alone, alone.inputImages(), into: one)
    #expect(Array(all.values.prefix(one.values.count)) == one.values)
  }
}
