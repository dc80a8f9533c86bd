import NeuralNetwork
import Testing

@Suite struct ModelTests {
  static let architecture = #"""
    {"input":[1,4,4],"layers":[{"type":"conv2d","name":"c","in":1,"out":2,"kernel":3,"padding":1,"bias":false},{"type":"batch_norm2d","name":"n","features":2,"eps":1e-05},{"type":"global_max_pool2d"},{"type":"flatten"},{"type":"linear","name":"l","in":2,"out":3,"bias":true}]}
    """#

  /// The parts of a valid file; a test breaks one.
  struct Parts: Sendable {
    var metadata = [
      "hangtag.architecture": ModelTests.architecture,
      "hangtag.labels": #"["a","b","c"]"#,
      "hangtag.input": #"{"scale":0.5,"mean":0.1,"std":2,"preprocessing":3,"mirror":true}"#,
      "hangtag.calibration":
        #"{"temperature":1.5,"threshold":0.8,"thresholds":{"x":0.25},"fitted_on":"tune"}"#,
      "hangtag.training": #"{"by":"a test"}"#,
    ]
    var tensors: [String: Tensor] = [
      "c.weight": Tensor(shape: [2, 1, 3, 3], repeating: 0.5),
      "n.weight": Tensor(shape: [2], repeating: 1), "n.bias": Tensor(shape: [2], repeating: 0),
      "n.running_mean": Tensor(shape: [2], repeating: 0),
      "n.running_var": Tensor(shape: [2], repeating: 1),
      "l.weight": Tensor(shape: [3, 2], values: [1, 2, 3, 4, 5, 6]),
      "l.bias": Tensor(shape: [3], repeating: 0),
      "policy.mean": Tensor(shape: [2], values: [1, 2]),
    ]

    var bytes: [UInt8] {
      Safetensors.serialize(
        metadata: metadata, tensors: tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    let rule: String
    let field: String
    let parts: Parts
    var testDescription: String { "\(rule) \(field)" }

    init(_ rule: String, _ field: String, _ change: (inout Parts) -> Void) {
      self.rule = rule
      self.field = field
      var parts = Parts()
      change(&parts)
      self.parts = parts
    }

    init(_ rule: String, metadata key: String, _ text: String?) {
      self.init(rule, key) { $0.metadata[key] = text }
    }
  }

  static let broken: [Broken] = [
    Broken("missing_metadata", metadata: "hangtag.architecture", nil),
    Broken("missing_metadata", metadata: "hangtag.labels", nil),
    Broken("missing_metadata", metadata: "hangtag.input", nil),
    Broken("architecture_not_json", metadata: "hangtag.architecture", "x"),
    Broken("even_kernel", #"layers[0] (conv2d "c")"#) { parts in
      parts.metadata["hangtag.architecture"] =
        #"{"input":[1,4,4],"layers":[{"type":"conv2d","name":"c","in":1,"out":2,"kernel":2,"padding":1,"bias":false}]}"#
    },
    Broken("invalid_metadata", metadata: "hangtag.labels", "[\"a\""),
    Broken("invalid_labels", metadata: "hangtag.labels", "{}"),
    Broken("invalid_labels", metadata: "hangtag.labels", "[\"a\",1,\"c\"]"),
    Broken("invalid_labels", metadata: "hangtag.labels", "[\"a\",\"a\",\"c\"]"),
    Broken("invalid_labels", metadata: "hangtag.labels", "[\"a\",\"\",\"c\"]"),
    Broken("label_count", metadata: "hangtag.labels", "[\"a\",\"b\"]"),
    Broken("invalid_input", metadata: "hangtag.input", #"{"scale":1,"mean":0,"std":1}"#),
    Broken(
      "invalid_input", metadata: "hangtag.input",
      #"{"scale":1,"mean":0,"std":0,"preprocessing":1}"#),
    Broken(
      "invalid_input", metadata: "hangtag.input",
      #"{"scale":1,"mean":0,"std":1,"preprocessing":1,"mirror":1}"#),
    Broken("invalid_calibration", metadata: "hangtag.calibration", #"{"temperature":0}"#),
    Broken(
      "invalid_calibration", metadata: "hangtag.calibration",
      #"{"temperature":1,"threshold":1.1}"#),
    Broken(
      "invalid_calibration", metadata: "hangtag.calibration",
      #"{"temperature":1,"thresholds":{"x":"y"}}"#),
    Broken("missing_tensor", "l.bias") { $0.tensors["l.bias"] = nil },
    Broken("extra_tensor", "l.scale") { $0.tensors["l.scale"] = Tensor(shape: [], values: [1]) },
    Broken("wrong_shape", "l.weight") { parts in
      parts.tensors["l.weight"] = Tensor(shape: [2, 3], repeating: 0)
    },
    Broken("not_finite", "c.weight") { $0.tensors["c.weight"]?.values[4] = .nan },
    Broken("not_finite", "policy.mean") { $0.tensors["policy.mean"]?.values[0] = .infinity },
    Broken("negative_variance", "n.running_var") { parts in
      parts.tensors["n.running_var"]?.values[1] = -0.5
    },
  ]

  @Test(arguments: broken)
  func `a file that breaks a rule is refused with rule and field`(broken: Broken) {
    let bytes = broken.parts.bytes
    let error = #expect(throws: ModelError.self) { try Model(name: "m", bytes: bytes) }
    #expect(error?.rule == broken.rule)
    #expect(error?.field == broken.field)
    #expect(error?.message.hasSuffix(".") == true)
  }

  @Test func `a broken file keeps the format's rule`() {
    let error = #expect(throws: ModelError.self) {
      try Model(name: "m", bytes: Parts().bytes.dropLast())
    }
    #expect(error?.rule == "beyond_end")
  }

  @Test func `a model is read and written without loss`() throws {
    let model = try Model(name: "m", bytes: Parts().bytes)
    #expect(model.labels == ["a", "b", "c"])
    #expect(
      model.input
        == InputSpecification(scale: 0.5, mean: 0.1, std: 2, preprocessing: 3, mirror: true))
    #expect(
      model.calibration
        == Calibration(temperature: 1.5, threshold: 0.8, thresholds: ["x": 0.25], fittedOn: "tune"))
    #expect(model.policy == ["policy.mean": Tensor(shape: [2], values: [1, 2])])
    #expect(model.parameters.count == 7)
    let again = try Model(name: "m", bytes: model.serialized())
    #expect(again.architecture == model.architecture)
    #expect(again.labels == model.labels)
    #expect(again.input == model.input)
    #expect(again.calibration == model.calibration)
    #expect(again.training == #"{"by":"a test"}"#)
    #expect(again.parameters == model.parameters)
    #expect(again.policy == model.policy)
    #expect(again.serialized() == model.serialized())
  }

  /// As PyTorch's `state_dict()` saves it: an I64 scalar.
  @Test func `num_batches_tracked is ignored whatever its type`() throws {
    let safetensors = Parts().bytes
    let length = safetensors[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: safetensors[8..<8 + length], as: UTF8.self)
    let data = safetensors[(8 + length)...]
    let entry =
      #","n.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[\#(data.count),\#(data.count + 8)]}}"#
    let text = Array((header.split(separator: " ").joined().dropLast() + entry).utf8)
    let bytes =
      (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
      + [1, 0, 0, 0, 0, 0, 0, 0]
    #expect(try Model(name: "m", bytes: bytes).parameters.count == 7)
  }
}
