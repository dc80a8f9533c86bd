/// One call of a kernel. Values are numbered; `InferencePlan.layouts` says where each lies.
enum InferenceStep: Sendable {
  case convolve(Convolution)
  case scaleShift(ScaleShift)
  case relu(input: Int, output: Int)
  case add(Int, Int, output: Int)
  case maxPool(size: Int, input: Int, output: Int)
  case globalMaxPool(input: Int, output: Int)
  case globalAveragePool(input: Int, output: Int)
  case flatten(input: Int, output: Int)

  /// A convolution, or a linear layer as a convolution of single pixels, with all that is done to
  /// its sums before they are stored.
  struct Convolution: Sendable {
    let input: Int
    var output: Int
    let kind: ConvolutionCall.Kind
    /// In PyTorch's layout, batch norm folded in.
    var weight: [Float]
    var bias: [Float]?
    var relu = false
    /// The input of a residual block that this ends.
    var addend: Int?
    var reluAfterAdd = false
  }

  /// A batch norm that follows no convolution.
  struct ScaleShift: Sendable {
    let input: Int
    let output: Int
    let scale: [Float]
    let shift: [Float]
    var relu = false
  }
}
