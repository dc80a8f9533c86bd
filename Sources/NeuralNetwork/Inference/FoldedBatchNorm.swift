/// A batch norm with fixed statistics: `x * scale + shift` for each channel.
struct FoldedBatchNorm {
  let scale: [Double]
  let shift: [Double]

  init(weight: [Float], bias: [Float], mean: [Float], variance: [Float], eps: Double) {
    scale = weight.indices.map { Double(weight[$0]) / (Double(variance[$0]) + eps).squareRoot() }
    shift = zip(scale, zip(bias, mean)).map { Double($1.0) - Double($1.1) * $0 }
  }

  /// Makes the convolution give what the batch norm would make of its output.
  func fold(into convolution: inout InferenceStep.Convolution) {
    convolution.scale = scale.indices.map { (convolution.scale?[$0] ?? 1) * scale[$0] }
    convolution.bias = scale.indices.map { channel in
      Float(Double(convolution.bias?[channel] ?? 0) * scale[channel] + shift[channel])
    }
  }
}
