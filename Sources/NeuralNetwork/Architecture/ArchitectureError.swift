/// The rule that an architecture breaks, and where. `description` is a whole sentence.
public struct ArchitectureError: Error, Sendable, Equatable {
  /// The rules; the raw value is the name that users see.
  public enum Rule: String, Sendable {
    case notJSON = "architecture_not_json"
    case missingKey = "missing_key"
    case unknownKey = "unknown_key"
    case wrongType = "wrong_type"
    case unknownLayer = "unknown_layer"
    case noLayers = "no_layers"
    case invalidInputShape = "invalid_input_shape"
    case invalidName = "invalid_name"
    case duplicateName = "duplicate_layer_name"
    case invalidSize = "invalid_size"
    case evenKernel = "even_kernel"
    case invalidPadding = "invalid_padding"
    case invalidRate = "invalid_rate"
    case invalidEpsilon = "invalid_eps"
    case needsImage = "needs_image"
    case needsFeatures = "needs_features"
    case channelMismatch = "channel_mismatch"
    case featureMismatch = "feature_mismatch"
    case emptyOutput = "empty_output"
    case residualMismatch = "residual_mismatch"
    case tooLarge = "too_large"
  }

  /// The broken rule.
  public let rule: Rule
  /// The layer, such as `layers[7].layers[0] (conv2d "block1.a.conv")`; empty where it is none.
  public let layer: String
  /// What is wrong and what is expected: the rest of a sentence that begins with the layer.
  public let message: String

  /// The whole sentence.
  var sentence: String { "\(layer.isEmpty ? "the architecture" : layer) \(message)" }
}

extension ArchitectureError: CustomStringConvertible {
  /// The rule and the sentence.
  public var description: String { "\(rule.rawValue): \(sentence)" }
}
