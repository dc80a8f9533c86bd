public import NeuralNetwork

/// The networks that `hangtag train` knows by name. All take 28 x 28 gray images.
public enum BuiltInArchitecture: String, Sendable, CaseIterable {
  /// The study's first net: three convolutions, two dense layers.
  case plain
  /// The study's final net: the same with dropout.
  case regularised
  /// Eight convolutions with batch norm in residual blocks.
  case residual
  /// Ten convolutions with batch norm in residual blocks: the shipped model's.
  case hangtag

  /// The network for a number of categories.
  ///
  /// - Parameter batchNorm: A batch norm after each convolution of `plain` and `regularised`;
  ///   `residual` always has them.
  public func architecture(
    categories: Int, batchNorm: Bool = false
  ) throws(ArchitectureError) -> Architecture {
    let layers: [Architecture.Layer]
    switch self {
    case .plain:
      layers = Self.study(
        categories: categories, batchNorm: batchNorm, dropout: [0, 0, 0], denseDropout: 0)
    case .regularised:
      layers = Self.study(
        categories: categories, batchNorm: batchNorm, dropout: [0.25, 0.25, 0.4],
        denseDropout: 0.3)
    case .residual: layers = Self.residual(categories: categories, blocks: 2)
    case .hangtag: layers = Self.residual(categories: categories, blocks: 3)
    }
    return try Architecture(
      inputShape: [1, ImageSet.edge, ImageSet.edge], layers: layers)
  }

  /// The name of a network, and whether it has the batch norms that are optional; nil where it is none of
  /// these.
  public static func called(
    _ architecture: Architecture
  ) -> (name: BuiltInArchitecture, batchNorm: Bool)? {
    for name in allCases {
      for batchNorm in [false, true] {
        let known = try? name.architecture(
          categories: architecture.outputShape.first ?? 0, batchNorm: batchNorm)
        if known == architecture { return (name, batchNorm) }
      }
    }
    return nil
  }

  private static func study(
    categories: Int, batchNorm: Bool, dropout: [Double], denseDropout: Double
  ) -> [Architecture.Layer] {
    let channels = [1, 32, 64, 128]
    var layers: [Architecture.Layer] = []
    for index in 1...3 {
      layers += convolution(
        "conv\(index)", norm: batchNorm ? "norm\(index)" : nil, from: channels[index - 1],
        to: channels[index])
      layers.append(.maxPool2d(size: 2))
      if dropout[index - 1] > 0 { layers.append(.dropout(rate: dropout[index - 1])) }
    }
    layers += [.flatten, linear("dense1", from: channels[3] * 3 * 3, to: 128), .relu]
    if denseDropout > 0 { layers.append(.dropout(rate: denseDropout)) }
    return layers + [linear("dense2", from: 128, to: categories)]
  }

  /// - Parameter blocks: 2, and a last convolution without a block; or 3.
  private static func residual(categories: Int, blocks: Int) -> [Architecture.Layer] {
    func unit(_ name: String, from: Int, to: Int) -> [Architecture.Layer] {
      convolution("\(name).conv", norm: "\(name).norm", from: from, to: to)
    }
    func block(_ name: String, _ channels: Int) -> Architecture.Layer {
      .residual(
        unit("\(name).a", from: channels, to: channels)
          + unit("\(name).b", from: channels, to: channels))
    }
    return unit("stem", from: 1, to: 32)
      + unit("stage1", from: 32, to: 64) + [.maxPool2d(size: 2), block("block1", 64)]
      + unit("stage2", from: 64, to: 128) + [.maxPool2d(size: 2), block("block2", 128)]
      + (blocks > 2 ? [block("block3", 128)] : unit("stage3", from: 128, to: 128))
      + [
        .globalMaxPool2d, .flatten, .dropout(rate: 0.2), linear("head", from: 128, to: categories),
      ]
  }

  /// A padded 3 x 3 convolution, its norm if it has one, and ReLU.
  private static func convolution(
    _ name: String, norm: String?, from: Int, to: Int
  ) -> [Architecture.Layer] {
    let convolution = Architecture.Layer.conv2d(
      .init(
        name: name, inputChannels: from, outputChannels: to, kernelSize: 3, padding: 1,
        bias: norm == nil))
    guard let norm else { return [convolution, .relu] }
    return [convolution, .batchNorm2d(.init(name: norm, features: to)), .relu]
  }

  private static func linear(_ name: String, from: Int, to: Int) -> Architecture.Layer {
    .linear(.init(name: name, inputFeatures: from, outputFeatures: to, bias: true))
  }
}
