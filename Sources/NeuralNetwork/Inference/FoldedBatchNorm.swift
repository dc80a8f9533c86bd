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
    let weightsPerChannel = convolution.weight.count / scale.count
    for index in convolution.weight.indices {
      let factor = scale[index / weightsPerChannel]
      convolution.weight[index] = Float(Double(convolution.weight[index]) * factor)
    }
    convolution.bias = scale.indices.map { channel in
      Float(Double(convolution.bias?[channel] ?? 0) * scale[channel] + shift[channel])
    }
  }
}
