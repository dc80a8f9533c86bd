/// Why a file is no model: the rule it breaks, where, and what to do. Nothing of it is used.
public struct ModelError: Error, Sendable, Equatable {
  /// The broken rule's name: one of `Rule`, or of the safetensors or architecture rules.
  public let rule: String
  /// The tensor, metadata key or layer; empty where it is the file.
  public let field: String
  /// A whole sentence.
  public let message: String

  /// The rules that a model adds to those of its file's format and of its architecture.
  public enum Rule: String, Sendable {
    case missingMetadata = "missing_metadata"
    case invalidMetadata = "invalid_metadata"
    case invalidLabels = "invalid_labels"
    case invalidInput = "invalid_input"
    case invalidCalibration = "invalid_calibration"
    case labelCount = "label_count"
    case missingTensor = "missing_tensor"
    case extraTensor = "extra_tensor"
    case wrongShape = "wrong_shape"
    case notFinite = "not_finite"
    case negativeVariance = "negative_variance"
  }

  init(_ rule: Rule, field: String, _ message: String) {
    self.rule = rule.rawValue
    self.field = field
    self.message = message
  }

  init(_ error: SafetensorsError) {
    rule = error.rule
    field = ""
    message = error.message
  }

  init(_ error: ArchitectureError) {
    rule = error.rule.rawValue
    field = error.layer.isEmpty ? "hangtag.architecture" : error.layer
    message = error.sentence
  }
}

extension ModelError: CustomStringConvertible {
  /// The rule and the sentence.
  public var description: String { "\(rule): \(message)" }
}
