/// Why a valid model cannot classify photos here.
public struct ClassifierError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The broken rule.
  public enum Code: String, Sendable {
    case inputShape = "input_shape"
    case unknownPreprocessing = "unknown_preprocessing"
    case emptySlug = "empty_slug"
    case duplicateSlug = "duplicate_slug"
    case controlCharacter = "control_character"
    case policyShape = "policy_shape"
  }

  /// The broken rule.
  public let code: Code
  /// The metadata key of the model file that breaks it.
  public let field: String
  /// One sentence that says what is wrong and what to do.
  public let message: String

  /// The code and the sentence.
  public var description: String { "\(code.rawValue): \(message)" }

  static func inputShape(_ shape: [Int]) -> ClassifierError {
    ClassifierError(
      code: .inputShape, field: "hangtag.architecture",
      message: "The network takes \(shape) where photos become [1, 28, 28]; "
        + "use a model whose input is [1, 28, 28].")
  }

  static func policyShape(_ whitening: String, _ centres: String) -> ClassifierError {
    ClassifierError(
      code: .policyShape, field: centres,
      message: "\(whitening) and \(centres) must both be there, [features, features] and "
        + "[categories, features] of the network; calibrate the model anew.")
  }

  static func unknownPreprocessing(_ version: Int) -> ClassifierError {
    ClassifierError(
      code: .unknownPreprocessing, field: "hangtag.input",
      message: "The model was made for preprocessing version \(version) and this program has "
        + "version \(Preprocessor.version); use a model and a program that agree.")
  }

  static func emptySlug(label: String) -> ClassifierError {
    ClassifierError(
      code: .emptySlug, field: "hangtag.labels",
      message: "The label \"\(label)\" has no letter a-z and no digit to name a folder by; "
        + "rename it.")
  }

  static func controlCharacter(index: Int) -> ClassifierError {
    ClassifierError(
      code: .controlCharacter, field: "hangtag.labels",
      message: "The label with the index \(index) has control characters in it; rename it.")
  }

  static func duplicateSlug(_ slug: String, labels: String, _ other: String) -> ClassifierError {
    ClassifierError(
      code: .duplicateSlug, field: "hangtag.labels",
      message: "The labels \"\(labels)\" and \"\(other)\" would share the folder \"\(slug)\"; "
        + "rename one of them.")
  }
}
