import JSON

/// A weights file with all that is needed to use it. Valid once it exists: every tensor that the
/// architecture needs is there with its shape, and no other.
public struct Model: Sendable {
  /// What it is called: its file's name without the extension.
  public let name: String
  /// What it computes.
  public let architecture: Architecture
  /// The categories in the order of the network's outputs.
  public let labels: [String]
  /// How pixels become its input.
  public let input: InputSpecification
  /// How its logits become probabilities; nil where it has not been calibrated.
  public let calibration: Calibration?
  /// How the model was made and its measured scores, as JSON text.
  public let training: String?
  /// The tensors of the architecture by name, PyTorch's layouts.
  public let parameters: [String: Tensor]
  /// The tensors that belong to the decision policy, by their names with the prefix `policy.`.
  public let policy: [String: Tensor]

  static let policyPrefix = "policy."

  /// A model of the given parts.
  ///
  /// - Throws: The first rule that is broken.
  public init(
    name: String, architecture: Architecture, labels: [String], input: InputSpecification,
    calibration: Calibration? = nil, training: String? = nil, parameters: [String: Tensor],
    policy: [String: Tensor] = [:]
  ) throws(ModelError) {
    self.name = name
    self.architecture = architecture
    self.labels = labels
    self.input = input
    self.calibration = calibration
    self.training = training
    self.parameters = parameters
    self.policy = policy
    try validate()
  }

  /// Reads a weights file.
  ///
  /// - Parameter name: What to call the model: its file's name without the extension.
  /// - Throws: The first rule of the format, of the architecture or of the model that is broken.
  public init(name: String, bytes: [UInt8]) throws(ModelError) {
    try self.init(name: name, source: BytesInMemory(bytes: bytes))
  }

  /// Reads a weights file, each tensor to where it stays.
  ///
  /// - Parameter name: What to call the model: its file's name without the extension.
  /// - Throws: The first rule of the format, of the architecture or of the model that is broken.
  public init(name: String, source: some SafetensorsSource) throws(ModelError) {
    let file: Safetensors
    do { file = try Safetensors(source: source) } catch { throw ModelError(error) }
    let metadata = ModelMetadata(file.metadata)
    let architecture: Architecture
    let architectureText = try metadata.text(MetadataKey.architecture)
    do { architecture = try Architecture(json: architectureText) } catch { throw ModelError(error) }
    let labels = try metadata.labels()
    let input = try InputSpecification(json: metadata.json(MetadataKey.input))
    var calibration: Calibration?
    if metadata.contains(MetadataKey.calibration) {
      calibration = try Calibration(json: metadata.json(MetadataKey.calibration))
    }
    var tensors = try Self.tensors(of: file, ignoring: architecture.ignoredTensors)
    let policy = tensors.filter { $0.key.hasPrefix(Self.policyPrefix) }
    for key in policy.keys { tensors[key] = nil }
    try self.init(
      name: name, architecture: architecture, labels: labels, input: input,
      calibration: calibration, training: file.metadata[MetadataKey.training],
      parameters: tensors, policy: policy)
  }

  /// The weights file: the same model gives the same bytes.
  public func serialized() -> [UInt8] {
    var metadata = [
      MetadataKey.architecture: architecture.json,
      MetadataKey.labels: JSONValue.array(labels.map { .string($0) }).text,
      MetadataKey.input: input.json.text,
    ]
    metadata[MetadataKey.calibration] = calibration?.json.text
    metadata[MetadataKey.training] = training
    let own = architecture.parameters.compactMap { description in
      parameters[description.name].map { (description.name, $0) }
    }
    let others = policy.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return Safetensors.serialize(metadata: metadata, tensors: own + others)
  }

  private static func tensors(
    of file: Safetensors, ignoring ignored: Set<String>
  ) throws(ModelError) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for name in file.names where !ignored.contains(name) {
      do { tensors[name] = try file.tensor(name) } catch { throw ModelError(error) }
    }
    return tensors
  }
}

extension Architecture {
  /// What `state_dict()` also saves and nobody needs, of any element type.
  fileprivate var ignoredTensors: Set<String> {
    Set(
      parameters.filter { $0.role == .runningMean }.map {
        $0.name.dropLast("running_mean".count) + "num_batches_tracked"
      })
  }
}
