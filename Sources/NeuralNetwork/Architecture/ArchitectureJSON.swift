import JSON

extension Architecture {
  /// Reads `hangtag.architecture`.
  ///
  /// Every key of a layer must be there and no other: a key that is not understood would change
  /// what the network computes.
  ///
  /// - Throws: The first rule that is broken, and the layer that breaks it.
  public init(json: String) throws(ArchitectureError) {
    let document: JSONValue
    do {
      document = try JSONParser.parse(Array(json.utf8)[...])
    } catch {
      throw ArchitectureError(
        rule: .notJSON, layer: "", message: "must be JSON: \(error.description).")
    }
    var root = try LayerObject(document, path: "")
    let input = try root.take("input", as: "a list of whole numbers") { value in
      value.array.flatMap { numbers in
        let integers = numbers.compactMap(\.integer)
        return integers.count == numbers.count ? integers : nil
      }
    }
    let layers = try root.takeLayers()
    try root.finish()
    try self.init(inputShape: input, layers: layers)
  }

  /// The text for `hangtag.architecture`, always the same for the same architecture.
  public var json: String {
    JSONValue.object([
      .init(key: "input", value: .array(inputShape.map { .number($0) })),
      .init(key: "layers", value: .array(layers.map(\.json))),
    ]).text
  }
}

extension Architecture.Layer {
  fileprivate init(_ value: JSONValue, path: String) throws(ArchitectureError) {
    var object = try LayerObject(value, path: path)
    let type = try object.takeType()
    switch type {
    case "conv2d":
      self = .conv2d(
        .init(
          name: try object.takeString("name"), inputChannels: try object.takeInteger("in"),
          outputChannels: try object.takeInteger("out"),
          kernelSize: try object.takeInteger("kernel"),
          padding: try object.takeInteger("padding"), bias: try object.takeBoolean("bias")))
    case "batch_norm2d":
      self = .batchNorm2d(
        .init(
          name: try object.takeString("name"), features: try object.takeInteger("features"),
          eps: try object.takeDouble("eps")))
    case "relu": self = .relu
    case "max_pool2d": self = .maxPool2d(size: try object.takeInteger("size"))
    case "global_max_pool2d": self = .globalMaxPool2d
    case "global_average_pool2d": self = .globalAveragePool2d
    case "dropout": self = .dropout(rate: try object.takeDouble("rate"))
    case "flatten": self = .flatten
    case "linear":
      self = .linear(
        .init(
          name: try object.takeString("name"), inputFeatures: try object.takeInteger("in"),
          outputFeatures: try object.takeInteger("out"), bias: try object.takeBoolean("bias")))
    case "residual": self = .residual(try object.takeLayers())
    default:
      throw ArchitectureError(
        rule: .unknownLayer, layer: path, message: "has the type \"\(type)\", which is unknown.")
    }
    try object.finish()
  }

  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [.init(key: "type", value: .string(typeName))]
    func add(_ key: String, _ value: JSONValue) { members.append(.init(key: key, value: value)) }
    switch self {
    case .conv2d(let layer):
      add("name", .string(layer.name))
      add("in", .number(layer.inputChannels))
      add("out", .number(layer.outputChannels))
      add("kernel", .number(layer.kernelSize))
      add("padding", .number(layer.padding))
      add("bias", .boolean(layer.bias))
    case .batchNorm2d(let layer):
      add("name", .string(layer.name))
      add("features", .number(layer.features))
      add("eps", .number(layer.eps))
    case .maxPool2d(let size): add("size", .number(size))
    case .dropout(let rate): add("rate", .number(rate))
    case .linear(let layer):
      add("name", .string(layer.name))
      add("in", .number(layer.inputFeatures))
      add("out", .number(layer.outputFeatures))
      add("bias", .boolean(layer.bias))
    case .residual(let layers): add("layers", .array(layers.map(\.json)))
    case .relu, .globalMaxPool2d, .globalAveragePool2d, .flatten: break
    }
    return .object(members)
  }
}

/// A JSON object whose members are taken one by one; what is left at the end is unknown.
private struct LayerObject {
  private let path: String
  private var members: [String: JSONValue]

  init(_ value: JSONValue, path: String) throws(ArchitectureError) {
    guard let members = value.object else {
      throw ArchitectureError(rule: .wrongType, layer: path, message: "must be an object.")
    }
    self.path = path
    self.members = Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
  }

  mutating func take<Value>(
    _ key: String, as kind: String, _ read: (JSONValue) -> Value?
  ) throws(ArchitectureError) -> Value {
    guard let member = members.removeValue(forKey: key) else {
      throw ArchitectureError(rule: .missingKey, layer: path, message: "has no \"\(key)\".")
    }
    guard let value = read(member) else {
      throw ArchitectureError(
        rule: .wrongType, layer: path, message: "must have \(kind) as \"\(key)\".")
    }
    return value
  }

  mutating func takeString(_ key: String) throws(ArchitectureError) -> String {
    try take(key, as: "a string", \.string)
  }

  mutating func takeInteger(_ key: String) throws(ArchitectureError) -> Int {
    try take(key, as: "a whole number", \.integer)
  }

  mutating func takeDouble(_ key: String) throws(ArchitectureError) -> Double {
    try take(key, as: "a number", \.double)
  }

  mutating func takeBoolean(_ key: String) throws(ArchitectureError) -> Bool {
    try take(key, as: "true or false", \.boolean)
  }

  mutating func takeType() throws(ArchitectureError) -> String { try takeString("type") }

  mutating func takeLayers() throws(ArchitectureError) -> [Architecture.Layer] {
    let values = try take("layers", as: "a list", \.array)
    var layers: [Architecture.Layer] = []
    for (index, value) in values.enumerated() {
      let place = path.isEmpty ? "layers[\(index)]" : "\(path).layers[\(index)]"
      layers.append(try Architecture.Layer(value, path: place))
    }
    return layers
  }

  func finish() throws(ArchitectureError) {
    guard let key = members.keys.min() else { return }
    throw ArchitectureError(
      rule: .unknownKey, layer: path, message: "has the key \"\(key)\", which is unknown.")
  }
}
