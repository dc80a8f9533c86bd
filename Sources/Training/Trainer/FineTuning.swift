import NeuralNetwork

extension Architecture {
  /// The same network with another number of outputs of its last linear layer.
  func withOutputs(_ count: Int) throws(ArchitectureError) -> Architecture {
    guard let place = layers.lastIndex(where: { $0.linear != nil }),
      let last = layers[place].linear, last.outputFeatures != count
    else { return self }
    var changed = layers
    changed[place] = .linear(
      .init(
        name: last.name, inputFeatures: last.inputFeatures, outputFeatures: count,
        bias: last.bias))
    return try Architecture(inputShape: inputShape, layers: changed)
  }

  /// The prefix of the last linear layer's tensors.
  var headName: String? { layers.last { $0.linear != nil }?.linear?.name }
}

extension Architecture.Layer {
  fileprivate var linear: Architecture.Linear? {
    if case .linear(let layer) = self { layer } else { nil }
  }
}

extension Model {
  /// The model's weights for a network with other labels: all layers but the last one as they are;
  /// in the last one each label keeps its own weights, and a new label has those of `fresh`.
  ///
  /// - Parameter fresh: The new network's random weights.
  func parameters(forLabels newLabels: [String], fresh: [String: Tensor]) -> [String: Tensor] {
    guard newLabels != labels, let head = architecture.headName else { return parameters }
    var adapted = parameters
    for name in ["\(head).weight", "\(head).bias"] {
      guard let old = parameters[name], var tensor = fresh[name] else { continue }
      let row = tensor.values.count / newLabels.count
      for (index, label) in newLabels.enumerated() {
        guard let source = labels.firstIndex(of: label) else { continue }
        tensor.values.replaceSubrange(
          index * row..<(index + 1) * row, with: old.values[source * row..<(source + 1) * row])
      }
      adapted[name] = tensor
    }
    return adapted
  }
}
