import JSON

/// How logits become probabilities that mean what they say, and from where on they are believed.
public struct Calibration: Sendable, Equatable {
  /// What accepting only confident predictions came to on the images that it was fitted on.
  public struct Acceptance: Sendable, Equatable {
    /// The least confidence that was accepted, 0...1.
    public let threshold: Double
    /// How many images were accepted.
    public let accepted: Int
    /// How many of those were wrong.
    public let wrong: Int

    /// One point of a risk-coverage curve.
    public init(threshold: Double, accepted: Int, wrong: Int) {
      self.threshold = threshold
      self.accepted = accepted
      self.wrong = wrong
    }
  }

  /// Logits are divided by it (Guo et al. 2017). Positive.
  public let temperature: Double
  /// The lowest probability that is accepted without review, 0...1.
  public let threshold: Double?
  /// Further thresholds of the decision policy, by name.
  public let thresholds: [String: Double]
  /// What data the numbers were fitted on.
  public let fittedOn: String?
  /// How many images those were.
  public let images: Int?
  /// The risk-coverage curve (El-Yaniv and Wiener 2010) of those images, the thresholds falling.
  public let curve: [Acceptance]

  /// A calibration.
  public init(
    temperature: Double, threshold: Double? = nil, thresholds: [String: Double] = [:],
    fittedOn: String? = nil, images: Int? = nil, curve: [Acceptance] = []
  ) {
    self.temperature = temperature
    self.threshold = threshold
    self.thresholds = thresholds
    self.fittedOn = fittedOn
    self.images = images
    self.curve = curve
  }
}

extension Calibration {
  init(json: JSONValue) throws(ModelError) {
    guard let temperature = json["temperature"]?.double, temperature > 0 else {
      throw Self.failure("must have a positive temperature.")
    }
    if let threshold = json["threshold"] {
      guard let value = threshold.double, (0...1).contains(value) else {
        throw Self.failure("must have a threshold from 0 to 1.")
      }
    }
    let members = (json["thresholds"] ?? .object([])).object
    guard let members, members.allSatisfy({ $0.value.double != nil }) else {
      throw Self.failure("must have an object of numbers as thresholds.")
    }
    if let fittedOn = json["fitted_on"], fittedOn.string == nil {
      throw Self.failure("must have a string as fitted_on.")
    }
    if let images = json["images"], (images.integer ?? -1) < 0 {
      throw Self.failure("must have a number of images.")
    }
    self.init(
      temperature: temperature, threshold: json["threshold"]?.double,
      thresholds: Dictionary(
        uniqueKeysWithValues: members.compactMap { member in
          member.value.double.map { (member.key, $0) }
        }),
      fittedOn: json["fitted_on"]?.string, images: json["images"]?.integer,
      curve: try Self.curve(json["risk_coverage"] ?? .array([])))
  }

  private static func curve(_ json: JSONValue) throws(ModelError) -> [Acceptance] {
    let rule = """
      must have as risk_coverage a list of [threshold, accepted, wrong], the thresholds from 1 \
      down to 0 and the numbers rising.
      """
    guard let rows = json.array else { throw failure(rule) }
    var points: [Acceptance] = []
    for row in rows {
      guard let numbers = row.array, numbers.count == 3, let threshold = numbers[0].double,
        let accepted = numbers[1].integer, let wrong = numbers[2].integer,
        (0...(points.last?.threshold ?? 1)).contains(threshold), wrong >= points.last?.wrong ?? 0,
        accepted >= max(points.last?.accepted ?? 1, wrong)
      else { throw failure(rule) }
      points.append(Acceptance(threshold: threshold, accepted: accepted, wrong: wrong))
    }
    return points
  }

  private static func failure(_ sentence: String) -> ModelError {
    ModelError(
      .invalidCalibration, field: MetadataKey.calibration, "hangtag.calibration \(sentence)")
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
    if let images { members.append(.init(key: "images", value: .number(images))) }
    if !curve.isEmpty {
      members.append(
        .init(
          key: "risk_coverage",
          value: .array(
            curve.map {
              .array([.number($0.threshold), .number($0.accepted), .number($0.wrong)])
            })))
    }
    return .object(members)
  }
}
