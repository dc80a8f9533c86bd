public import NeuralNetwork

/// A model and the file that it came from.
public struct SourceModel: Sendable {
  /// What the file describes.
  public let model: Model
  /// SHA-256 of the file, in hexadecimal.
  public let sha256: String

  /// A model of a file with this digest.
  public init(_ model: Model, sha256: String) {
    self.model = model
    self.sha256 = sha256
  }
}
