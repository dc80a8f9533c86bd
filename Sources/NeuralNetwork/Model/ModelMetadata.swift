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

/// How logits become probabilities that mean what they say, and from where on they are believed.
public struct Calibration: Sendable, Equatable {
  /// Logits are divided by it (Guo et al. 2017). Positive.
  public let temperature: Double
  /// The lowest probability that is accepted without review, 0...1.
  public let threshold: Double?
  /// Further thresholds of the decision policy, by name.
  public let thresholds: [String: Double]
  /// What data the numbers were fitted on.
  public let fittedOn: String?

  /// A calibration.
  public init(
    temperature: Double, threshold: Double? = nil, thresholds: [String: Double] = [:],
    fittedOn: String? = nil
  ) {
    self.temperature = temperature
    self.threshold = threshold
    self.thresholds = thresholds
    self.fittedOn = fittedOn
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

extension Calibration {
  init(json: JSONValue) throws(ModelError) {
    func failure(_ sentence: String) -> ModelError {
      ModelError(
        .invalidCalibration, field: MetadataKey.calibration,
        "hangtag.calibration \(sentence)")
    }
    guard let temperature = json["temperature"]?.double, temperature > 0 else {
      throw failure("must have a positive temperature.")
    }
    if let threshold = json["threshold"] {
      guard let value = threshold.double, (0...1).contains(value) else {
        throw failure("must have a threshold from 0 to 1.")
      }
    }
    let members = (json["thresholds"] ?? .object([])).object
    guard let members, members.allSatisfy({ $0.value.double != nil }) else {
      throw failure("must have an object of numbers as thresholds.")
    }
    if let fittedOn = json["fitted_on"], fittedOn.string == nil {
      throw failure("must have a string as fitted_on.")
    }
    self.init(
      temperature: temperature, threshold: json["threshold"]?.double,
      thresholds: Dictionary(
        uniqueKeysWithValues: members.compactMap { member in
          member.value.double.map { (member.key, $0) }
        }),
      fittedOn: json["fitted_on"]?.string)
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [.init(key: "temperature", value: .number(temperature))]
    if let threshold { members.append(.init(key: "threshold", value: .number(threshold))) }
    if !thresholds.isEmpty {
      let sorted = thresholds.sorted { $0.key < $1.key }
      members.append(
        .init(
          key: "thresholds",
          value: .object(sorted.map { .init(key: $0.key, value: .number($0.value)) })))
    }
    if let fittedOn { members.append(.init(key: "fitted_on", value: .string(fittedOn))) }
    return .object(members)
  }
}

extension JSONValue {
  fileprivate subscript(key: String) -> JSONValue? {
    object?.first { $0.key == key }?.value
  }
}
