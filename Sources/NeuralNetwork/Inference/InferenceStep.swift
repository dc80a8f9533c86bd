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
    /// In PyTorch's layout, as the file has them.
    let weight: [Float]
    /// What an output channel's weights are to be multiplied by: the batch norm after it.
    var scale: [Double]?
    var bias: [Float]?
    var relu = false
    /// The input of a residual block that this ends.
    var addend: Int?
    var reluAfterAdd = false
    /// Whether only the largest of each 2 x 2 outputs is stored.
    var pools = false
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

extension InferenceStep {
  /// The values that the step reads.
  var inputs: [Int] {
    switch self {
    case .convolve(let convolution): [convolution.input] + (convolution.addend.map { [$0] } ?? [])
    case .scaleShift(let scaleShift): [scaleShift.input]
    case .add(let left, let right, _): [left, right]
    case .relu(let input, _), .maxPool(_, let input, _), .globalMaxPool(let input, _),
      .globalAveragePool(let input, _), .flatten(let input, _):
      [input]
    }
  }

  /// The value that the step gives.
  var output: Int {
    switch self {
    case .convolve(let convolution): convolution.output
    case .scaleShift(let scaleShift): scaleShift.output
    case .relu(_, let output), .add(_, _, let output), .maxPool(_, _, let output),
      .globalMaxPool(_, let output), .globalAveragePool(_, let output), .flatten(_, let output):
      output
    }
  }
}
