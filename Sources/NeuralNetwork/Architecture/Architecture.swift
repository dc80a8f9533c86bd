/// What a network computes: the shape of its input and its layers, as `hangtag.architecture` says
/// it. Valid once it exists: every layer's input fits what the layer before it gives.
public struct Architecture: Sendable, Equatable {
  /// The input's shape, `[channels, height, width]`.
  public let inputShape: [Int]
  /// The layers, the first one first.
  public let layers: [Layer]
  /// The output's shape: `[features]`, or `[channels, height, width]` where no layer flattens.
  public let outputShape: [Int]
  /// The tensors that the layers need, in the order of the layers.
  public let parameters: [Parameter]

  /// One tensor of a layer.
  public struct Parameter: Sendable, Equatable {
    /// What the tensor is to its layer; weight decay, for one, is for weights only.
    public enum Role: Sendable {
      /// Of a convolution or linear layer.
      case weight
      /// Of a convolution or linear layer.
      case bias
      /// A batch norm's `weight`.
      case scale
      /// A batch norm's `bias`.
      case shift
      /// A batch norm's `running_mean`; not trained by gradients.
      case runningMean
      /// A batch norm's `running_var`; not trained by gradients.
      case runningVariance

      /// Whether gradients train it.
      public var isTrained: Bool { self != .runningMean && self != .runningVariance }
    }

    /// The tensor's name in the file.
    public let name: String
    /// PyTorch's.
    public let shape: [Int]
    /// What it is to its layer.
    public let role: Role

    /// The number of values.
    public var count: Int { shape.reduce(1, *) }
  }

  /// An architecture of the given layers.
  ///
  /// - Throws: The first layer that does not fit, and the rule it breaks.
  public init(inputShape: [Int], layers: [Layer]) throws(ArchitectureError) {
    var inference = try ShapeInference(inputShape: inputShape)
    outputShape = try inference.output(of: layers)
    parameters = inference.parameters
    self.inputShape = inputShape
    self.layers = layers
  }
}
