import CKernels

/// The input of a convolution with the channels of a pixel side by side and zeros around it.
@safe
final class Interleaved: Mapped {
  let c: ConvolutionCase
  private(set) var convolution: hangtag_convolution
  private let memory: UnsafeMutablePointer<Float>

  init(_ c: ConvolutionCase) {
    self.c = c
    convolution = c.description
    convolution.input_channels = Int32(c.inputs * c.kernel)
    convolution.kernel_width = 1
    convolution.padding_width = 0
    let size = c.images * (c.height + 2 * c.padding) * (c.width + 2 * c.padding) * c.inputs
    // A kernel that reads past the end gets what shows in every sum.
    unsafe memory = .allocate(capacity: size + 64)
    unsafe memory.initialize(repeating: .nan, count: size + 64)
    unsafe memory.update(repeating: 0, count: size)
    let values = c.input
    for index in values.indices {
      let (x, y) = (index % c.width, index / c.width % c.height)
      let plane = index / (c.width * c.height)
      let (channel, image) = (plane % c.inputs, plane / c.inputs)
      let rowIndex = image * (c.height + 2 * c.padding) + y + c.padding
      let pixel = rowIndex * (c.width + 2 * c.padding) + x + c.padding
      unsafe memory[pixel * c.inputs + channel] = values[index]
    }
  }

  deinit { unsafe memory.deallocate() }

  /// From the first value under the kernel, which the padding's width is not subtracted from.
  var map: hangtag_map {
    let row = (c.width + 2 * c.padding) * c.inputs
    return unsafe hangtag_map(
      data: memory + c.padding * row, image: (c.height + 2 * c.padding) * row, block: 16, row: row,
      pixel: c.inputs)
  }

  var weights: hangtag_weights {
    var weights = c.weightDescription
    weights.columns_are_channels = 1
    return weights
  }

  var packedCount: Int {
    (c.outputs + 15) / 16 * ((c.inputs * c.kernel + 15) / 16) * c.kernel * 256
  }
}
