/// Numbers with a shape, in C order (the last dimension is contiguous), as a safetensors file and
/// PyTorch hold them: a convolution's weight is `[out, in, height, width]`, a linear layer's `[out, in]`.
public struct Tensor: Sendable, Equatable {
  /// The length of each dimension; empty for a scalar.
  public var shape: [Int]
  /// The values, `shape`'s product many.
  public var values: [Float]

  /// A tensor of the given values.
  ///
  /// - Precondition: `values` holds as many numbers as `shape` says.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "a tensor's values must fill its shape")
    self.shape = shape
    self.values = values
  }

  /// A tensor with the same value everywhere.
  public init(shape: [Int], repeating value: Float) {
    self.init(shape: shape, values: [Float](repeating: value, count: shape.reduce(1, *)))
  }
}
