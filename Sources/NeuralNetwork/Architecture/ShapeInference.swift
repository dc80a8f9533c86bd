/// Follows a shape through the layers, checks each layer's rules and collects its tensors.
struct ShapeInference {
  /// The most values that one layer may take or give for one input, and all layers together: far more
  /// than any network for small photos, and small enough that a hostile file cannot take the memory.
  /// Counted as they lie in memory, with padding and in whole blocks of channels.
  static let valueLimit = 1 << 24
  static let totalLimit = 1 << 26
  /// The most values of all parameters together, in whole blocks too.
  static let parameterLimit = 1 << 26

  private(set) var parameters: [Architecture.Parameter] = []
  private var names: Set<String> = []
  private let inputShape: [Int]
  private var total = 0
  private var parameterTotal = 0

  init(inputShape: [Int]) throws(ArchitectureError) {
    guard inputShape.count == 3, inputShape.allSatisfy({ $0 > 0 }) else {
      throw ArchitectureError(
        rule: .invalidInputShape, layer: "",
        message: "must have the input [channels, height, width], all positive.")
    }
    self.inputShape = inputShape
    try charge(inputShape, layer: "the input")
  }

  /// The shape that the whole network gives.
  mutating func output(of layers: [Architecture.Layer]) throws(ArchitectureError) -> [Int] {
    try follow(layers, from: inputShape, path: "")
  }

  private mutating func follow(
    _ layers: [Architecture.Layer], from input: [Int], path: String
  ) throws(ArchitectureError) -> [Int] {
    guard !layers.isEmpty else {
      throw ArchitectureError(
        rule: .noLayers, layer: path.isEmpty ? "" : String(path.dropLast()),
        message: "must have at least one layer.")
    }
    var shape = input
    for (index, layer) in layers.enumerated() {
      let place = "\(path)layers[\(index)]"
      let label = layer.name.map { " \"\($0)\"" } ?? ""
      let description = "\(place) (\(layer.typeName)\(label))"
      if case .residual(let inner) = layer {
        let output = try follow(inner, from: shape, path: place + ".")
        guard output == shape else {
          throw ArchitectureError(
            rule: .residualMismatch, layer: description,
            message: "must give the shape it takes, \(shape), and gives \(output).")
        }
      } else {
        let output = try LayerRules(layer: description, input: shape).output(of: layer)
        if case .conv2d(let conv) = layer {
          let edges = shape.dropFirst().map { $0 + 2 * conv.padding }
          try charge(shape.prefix(1) + edges, layer: description)
        }
        shape = output
      }
      try charge(shape, layer: description)
      try collect(layer, description: description)
    }
    return shape
  }

  private mutating func charge(_ shape: [Int], layer: String) throws(ArchitectureError) {
    let blocks = [try Self.roundedUp(shape[0], layer: layer)] + shape.dropFirst()
    try total += Self.count(blocks, limit: Self.valueLimit, layer: layer)
    try Self.check(total, limit: Self.totalLimit, layer: layer)
  }

  private mutating func charge(
    _ parameter: Architecture.Parameter, layer: String
  ) throws(ArchitectureError) {
    var blocks: [Int] = []
    for (axis, length) in parameter.shape.enumerated() {
      // Outputs and inputs; the others are the kernel's edges.
      blocks.append(axis < 2 ? try Self.roundedUp(length, layer: layer) : length)
    }
    try parameterTotal += Self.count(blocks, limit: Self.parameterLimit, layer: layer)
    try Self.check(parameterTotal, limit: Self.parameterLimit, layer: layer)
  }

  /// Channels take whole blocks of memory.
  private static func roundedUp(_ channels: Int, layer: String) throws(ArchitectureError) -> Int {
    try check(channels, limit: valueLimit, layer: layer)
    return BlockLayout.roundedUp(channels)
  }

  private static func count(
    _ shape: [Int], limit: Int, layer: String
  ) throws(ArchitectureError) -> Int {
    var values = 1
    for length in shape {
      let (product, overflow) = values.multipliedReportingOverflow(by: length)
      try check(overflow ? .max : product, limit: limit, layer: layer)
      values = product
    }
    return values
  }

  private static func check(
    _ count: Int, limit: Int, layer: String
  ) throws(ArchitectureError) {
    guard count <= limit else {
      throw ArchitectureError(
        rule: .tooLarge, layer: layer, message: "makes the network larger than \(limit) values.")
    }
  }

  private mutating func collect(
    _ layer: Architecture.Layer, description: String
  ) throws(ArchitectureError) {
    guard let name = layer.name else { return }
    let tensors = layer.parameters(name: name)
    // Also a layer that is called "policy" has such tensors.
    guard !name.isEmpty, !name.hasPrefix("__"),
      !tensors.contains(where: { $0.name.hasPrefix("policy.") })
    else {
      throw ArchitectureError(
        rule: .invalidName, layer: description,
        message:
          "must have a name that is not empty, is not \"policy\", and begins with neither "
          + "\"policy.\" nor \"__\".")
    }
    for tensor in tensors {
      guard names.insert(tensor.name).inserted else {
        throw ArchitectureError(
          rule: .duplicateName, layer: description,
          message: "has a name that another layer has already.")
      }
      try charge(tensor, layer: description)
    }
    parameters += tensors
  }
}

extension Architecture.Layer {
  /// The tensors of a layer of its own kind, in the file's order and PyTorch's layout.
  fileprivate func parameters(name: String) -> [Architecture.Parameter] {
    func parameter(
      _ suffix: String, _ shape: [Int], _ role: Architecture.Parameter.Role
    ) -> Architecture.Parameter {
      .init(name: "\(name).\(suffix)", shape: shape, role: role)
    }
    switch self {
    case .conv2d(let layer):
      let shape = [
        layer.outputChannels, layer.inputChannels, layer.kernelSize, layer.kernelSize,
      ]
      return [parameter("weight", shape, .weight)]
        + (layer.bias ? [parameter("bias", [layer.outputChannels], .bias)] : [])
    case .linear(let layer):
      return [parameter("weight", [layer.outputFeatures, layer.inputFeatures], .weight)]
        + (layer.bias ? [parameter("bias", [layer.outputFeatures], .bias)] : [])
    case .batchNorm2d(let layer):
      return [
        parameter("weight", [layer.features], .scale),
        parameter("bias", [layer.features], .shift),
        parameter("running_mean", [layer.features], .runningMean),
        parameter("running_var", [layer.features], .runningVariance),
      ]
    default: return []
    }
  }
}
