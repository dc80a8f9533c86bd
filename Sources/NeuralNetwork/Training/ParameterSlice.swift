/// Where one tensor stands in a `TrainingNetwork`'s vector of parameters.
public struct ParameterSlice: Sendable, Equatable {
  /// The tensor's name in the file.
  public let name: String
  /// PyTorch's.
  public let shape: [Int]
  /// What it is to its layer: weight decay is for `.weight` only.
  public let role: Architecture.Parameter.Role
  /// Its values' places, in PyTorch's layout.
  public let range: Range<Int>

  /// The slices of an architecture: the tensors that gradients train first, in the layers' order,
  /// then the running statistics.
  static func slices(of architecture: Architecture) -> [ParameterSlice] {
    var slices: [ParameterSlice] = []
    var position = 0
    let parameters = architecture.parameters
    for parameter in parameters.filter(\.role.isTrained) + parameters.filter({ !$0.role.isTrained })
    {
      let range = position..<position + parameter.count
      slices.append(
        ParameterSlice(
          name: parameter.name, shape: parameter.shape, role: parameter.role, range: range))
      position = range.upperBound
    }
    return slices
  }
}
