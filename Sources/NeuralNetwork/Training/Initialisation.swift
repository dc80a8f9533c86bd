/// New parameters for training.
struct Initialisation {
  let seed: UInt64

  /// Weights uniform in +-sqrt(6 / inputs), so that their variance is 2 / inputs (He et al. 2015);
  /// biases 0, batch norms the identity.
  func tensors(of architecture: Architecture) -> [String: Tensor] {
    var generator = SplitMix64(state: seed)
    var tensors: [String: Tensor] = [:]
    for parameter in architecture.parameters {
      var tensor: Tensor
      switch parameter.role {
      case .weight:
        tensor = Tensor(shape: parameter.shape, repeating: 0)
        let bound = (6 / Double(parameter.shape.dropFirst().reduce(1, *))).squareRoot()
        for index in tensor.values.indices {
          tensor.values[index] = Float(bound * (2 * generator.uniform() - 1))
        }
      case .scale, .runningVariance: tensor = Tensor(shape: parameter.shape, repeating: 1)
      case .bias, .shift, .runningMean: tensor = Tensor(shape: parameter.shape, repeating: 0)
      }
      tensors[parameter.name] = tensor
    }
    return tensors
  }
}

/// SplitMix64 (Steele, Lea & Flood 2014): the same numbers from the same seed everywhere.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// From 0 to below 1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
