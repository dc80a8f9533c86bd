import JSON

extension Model {
  /// The rules that hold between the parts of a model.
  func validate() throws(ModelError) {
    guard architecture.outputShape == [labels.count] else {
      throw ModelError(
        .labelCount, field: MetadataKey.labels,
        "there are \(labels.count) labels, the network's output is "
          + "\(architecture.outputShape).")
    }
    for description in architecture.parameters {
      try validate(description)
    }
    let known = Set(architecture.parameters.map(\.name))
    if let extra = parameters.keys.filter({ !known.contains($0) }).min() {
      throw ModelError(
        .extraTensor, field: extra, "no layer uses the tensor \"\(extra)\".")
    }
    for (name, tensor) in policy {
      guard name.hasPrefix(Self.policyPrefix) else {
        throw ModelError(
          .extraTensor, field: name,
          "a tensor of the decision policy must be called \"policy.\"..., "
            + "not \"\(name)\".")
      }
      try validateFinite(name, tensor)
    }
  }

  private func validate(_ description: Architecture.Parameter) throws(ModelError) {
    let name = description.name
    guard let tensor = parameters[name] else {
      throw ModelError(
        .missingTensor, field: name, "the file has no tensor \"\(name)\".")
    }
    guard tensor.shape == description.shape else {
      throw ModelError(
        .wrongShape, field: name,
        "tensor \"\(name)\" must be \(description.shape) and is \(tensor.shape).")
    }
    try validateFinite(name, tensor)
    if description.role == .runningVariance, tensor.values.contains(where: { $0 < 0 }) {
      throw ModelError(
        .negativeVariance, field: name,
        "tensor \"\(name)\" has a variance below zero.")
    }
  }

  private func validateFinite(_ name: String, _ tensor: Tensor) throws(ModelError) {
    guard tensor.values.areFinite else {
      throw ModelError(
        .notFinite, field: name, "tensor \"\(name)\" has a value that is no number.")
    }
  }
}

/// The strings under `__metadata__`, read as JSON.
struct ModelMetadata {
  private let strings: [String: String]

  init(_ strings: [String: String]) { self.strings = strings }

  func contains(_ key: String) -> Bool { strings[key] != nil }

  func text(_ key: String) throws(ModelError) -> String {
    guard let text = strings[key] else {
      throw ModelError(
        .missingMetadata, field: key, "the file's metadata has no \"\(key)\".")
    }
    return text
  }

  func json(_ key: String) throws(ModelError) -> JSONValue {
    let text = try text(key)
    do {
      return try JSONParser.parse(Array(text.utf8)[...])
    } catch {
      throw ModelError(
        .invalidMetadata, field: key, "\"\(key)\" is not JSON: \(error.description).")
    }
  }

  func labels() throws(ModelError) -> [String] {
    let labels = try json(MetadataKey.labels).array?.map(\.string)
    let strings = labels?.compactMap { $0 } ?? []
    guard !strings.isEmpty, strings.count == labels?.count, !strings.contains(""),
      Set(strings).count == strings.count
    else {
      throw ModelError(
        .invalidLabels, field: MetadataKey.labels,
        "hangtag.labels must be a list of different strings, none empty.")
    }
    return strings
  }
}

extension [Float] {
  /// Without a way out in the middle, and so many at once: a start waits for it.
  fileprivate var areFinite: Bool {
    var signs: UInt32 = 0
    for value in self {
      // An exponent of all ones, infinity or no number, carries into the sign.
      signs |= value.magnitude.bitPattern &+ (1 << Float.significandBitCount)
    }
    return signs >> 31 == 0
  }
}
