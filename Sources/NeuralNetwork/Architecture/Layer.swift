extension Architecture {
  /// One layer. The layers of an architecture apply one after the other.
  public indirect enum Layer: Sendable, Equatable {
    /// `conv2d`: cross-correlation with stride 1, as PyTorch's `Conv2d`.
    case conv2d(Conv2D)
    /// `batch_norm2d`: per channel (x - mean) / sqrt(variance + eps) * weight + bias.
    case batchNorm2d(BatchNorm2D)
    /// `relu`: max(x, 0).
    case relu
    /// `max_pool2d`: the largest of each size x size window; stride = size, a rest at the right
    /// and lower edge is dropped.
    case maxPool2d(size: Int)
    /// `global_max_pool2d`: the largest of each channel; height and width become 1.
    case globalMaxPool2d
    /// `global_average_pool2d`: the mean of each channel; height and width become 1.
    case globalAveragePool2d
    /// `dropout`: in training each value is 0 with probability `rate`, else times 1 / (1 - rate);
    /// nothing otherwise.
    case dropout(rate: Double)
    /// `flatten`: all values in channel, height, width order as one list of features.
    case flatten
    /// `linear`: weight times x plus bias.
    case linear(Linear)
    /// `residual`: its input plus what its layers make of it.
    case residual([Layer])

    /// The layer's `type` in the file.
    var typeName: String {
      switch self {
      case .conv2d: "conv2d"
      case .batchNorm2d: "batch_norm2d"
      case .relu: "relu"
      case .maxPool2d: "max_pool2d"
      case .globalMaxPool2d: "global_max_pool2d"
      case .globalAveragePool2d: "global_average_pool2d"
      case .dropout: "dropout"
      case .flatten: "flatten"
      case .linear: "linear"
      case .residual: "residual"
      }
    }

    /// The prefix of the layer's tensors, nil where it has none.
    var name: String? {
      switch self {
      case .conv2d(let layer): layer.name
      case .batchNorm2d(let layer): layer.name
      case .linear(let layer): layer.name
      default: nil
      }
    }
  }

  /// A two-dimensional convolution with a square kernel, stride 1 and zero padding.
  public struct Conv2D: Sendable, Equatable {
    /// The prefix of its tensors: `NAME.weight` `[out, in, kernel, kernel]` and `NAME.bias` `[out]`.
    public let name: String
    /// Channels of its input.
    public let inputChannels: Int
    /// Channels of its output.
    public let outputChannels: Int
    /// Height and width of the kernel, odd.
    public let kernelSize: Int
    /// Zeros at each edge.
    public let padding: Int
    /// Whether it has a `bias`.
    public let bias: Bool

    /// A convolution.
    public init(
      name: String, inputChannels: Int, outputChannels: Int, kernelSize: Int, padding: Int,
      bias: Bool
    ) {
      self.name = name
      self.inputChannels = inputChannels
      self.outputChannels = outputChannels
      self.kernelSize = kernelSize
      self.padding = padding
      self.bias = bias
    }
  }

  /// Batch normalisation of each channel (Ioffe & Szegedy 2015).
  public struct BatchNorm2D: Sendable, Equatable {
    /// The prefix of its tensors: `NAME.weight .bias .running_mean .running_var`, each `[features]`.
    public let name: String
    /// Channels of its input and output.
    public let features: Int
    /// Added to the variance.
    public let eps: Double

    /// A batch normalisation.
    public init(name: String, features: Int, eps: Double = 1e-5) {
      self.name = name
      self.features = features
      self.eps = eps
    }
  }

  /// A fully connected layer.
  public struct Linear: Sendable, Equatable {
    /// The prefix of its tensors: `NAME.weight` `[out, in]` and `NAME.bias` `[out]`.
    public let name: String
    /// Length of its input.
    public let inputFeatures: Int
    /// Length of its output.
    public let outputFeatures: Int
    /// Whether it has a `bias`.
    public let bias: Bool

    /// A fully connected layer.
    public init(name: String, inputFeatures: Int, outputFeatures: Int, bias: Bool) {
      self.name = name
      self.inputFeatures = inputFeatures
      self.outputFeatures = outputFeatures
      self.bias = bias
    }
  }
}
