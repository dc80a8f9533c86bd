import JSON

/// How pixels become a network's input: `(pixel * scale - mean) / std`, with pixels from 0 to 255.
public struct InputSpecification: Sendable, Equatable {
  /// Positive.
  public let scale: Double
  /// Subtracted after scaling.
  public let mean: Double
  /// Positive.
  public let std: Double
  /// The version of the preprocessing that the network was trained with.
  public let preprocessing: Int
  /// Whether probabilities are averaged with the mirror image's.
  public let mirror: Bool

  /// A specification; the defaults take 0...255 to 0...1.
  public init(
    scale: Double = 1.0 / 255, mean: Double = 0, std: Double = 1, preprocessing: Int,
    mirror: Bool = false
  ) {
    self.scale = scale
    self.mean = mean
    self.std = std
    self.preprocessing = preprocessing
    self.mirror = mirror
  }
}

/// The metadata keys of a model file.
enum MetadataKey {
  static let architecture = "hangtag.architecture"
  static let labels = "hangtag.labels"
  static let input = "hangtag.input"
  static let calibration = "hangtag.calibration"
  static let training = "hangtag.training"
}

extension InputSpecification {
  init(json: JSONValue) throws(ModelError) {
    func failure(_ sentence: String) -> ModelError {
      ModelError(.invalidInput, field: MetadataKey.input, "hangtag.input \(sentence)")
    }
    guard let scale = json["scale"]?.double, let mean = json["mean"]?.double,
      let std = json["std"]?.double, let preprocessing = json["preprocessing"]?.integer
    else { throw failure("must have numbers as scale, mean, std and preprocessing.") }
    guard scale > 0, std > 0 else { throw failure("must have a positive scale and std.") }
    let mirror = json["mirror"] ?? .boolean(false)
    guard let mirror = mirror.boolean else { throw failure("must have true or false as mirror.") }
    self.init(scale: scale, mean: mean, std: std, preprocessing: preprocessing, mirror: mirror)
  }

  var json: JSONValue {
    .object([
      .init(key: "scale", value: .number(scale)), .init(key: "mean", value: .number(mean)),
      .init(key: "std", value: .number(std)),
      .init(key: "preprocessing", value: .number(preprocessing)),
      .init(key: "mirror", value: .boolean(mirror)),
    ])
  }
}

extension JSONValue {
  subscript(key: String) -> JSONValue? {
    object?.first { $0.key == key }?.value
  }
}
