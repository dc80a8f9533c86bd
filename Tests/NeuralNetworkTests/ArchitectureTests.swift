import NeuralNetwork
import Testing

@Suite struct ArchitectureTests {
  /// Layers that break one rule behind an input of [3, 8, 8], the rule and where it shows.
  struct Broken: Sendable, CustomTestStringConvertible {
    let rule: ArchitectureError.Rule
    let layer: String
    let json: String

    var testDescription: String { "\(rule.rawValue) \(json.prefix(80))" }

    init(_ rule: ArchitectureError.Rule, _ layers: String, at layer: String) {
      self.init(rule, json: #"{"input":[3,8,8],"layers":[\#(layers)]}"#, at: layer)
    }

    init(_ rule: ArchitectureError.Rule, json: String, at layer: String = "") {
      self.rule = rule
      self.layer = layer
      self.json = json
    }
  }

  static func conv(
    _ name: String = "c", _ input: Int = 3, _ output: Int = 4, kernel: Int = 3, padding: Int = 1
  ) -> String {
    #"{"type":"conv2d","name":"\#(name)","in":\#(input),"out":\#(output),"kernel":\#(kernel),"#
      + #""padding":\#(padding),"bias":true}"#
  }

  static let broken: [Broken] = [
    Broken(.notJSON, json: "{"),
    Broken(.notJSON, json: #"{"input":[1,2,3],"input":[1,2,3],"layers":[]}"#),
    Broken(.wrongType, json: "[]"),
    Broken(.missingKey, json: #"{"layers":[{"type":"relu"}]}"#),
    Broken(.wrongType, json: #"{"input":[1,"a",2],"layers":[{"type":"relu"}]}"#),
    Broken(.unknownKey, json: #"{"input":[1,2,3],"layers":[{"type":"relu"}],"x":1}"#),
    Broken(.invalidInputShape, json: #"{"input":[1,28],"layers":[{"type":"relu"}]}"#),
    Broken(.invalidInputShape, json: #"{"input":[1,0,28],"layers":[{"type":"relu"}]}"#),
    Broken(.noLayers, json: #"{"input":[1,2,3],"layers":[]}"#),
    Broken(.noLayers, #"{"type":"residual","layers":[]}"#, at: "layers[0]"),
    Broken(.wrongType, "7", at: "layers[0]"),
    Broken(.missingKey, #"{"type":"dropout"}"#, at: "layers[0]"),
    Broken(.wrongType, #"{"type":"max_pool2d","size":2.5}"#, at: "layers[0]"),
    Broken(.unknownKey, #"{"type":"relu","inplace":true}"#, at: "layers[0]"),
    Broken(.unknownLayer, #"{"type":"relu"},{"type":"gelu"}"#, at: "layers[1]"),
    Broken(.invalidName, conv(""), at: #"layers[0] (conv2d "")"#),
    Broken(.invalidName, conv("policy.x"), at: #"layers[0] (conv2d "policy.x")"#),
    Broken(.invalidName, conv("policy"), at: #"layers[0] (conv2d "policy")"#),
    Broken(.duplicateName, conv("a", 3, 3) + "," + conv("a"), at: #"layers[1] (conv2d "a")"#),
    Broken(.invalidSize, conv("c", 3, 0), at: #"layers[0] (conv2d "c")"#),
    Broken(.invalidSize, conv(kernel: -1), at: #"layers[0] (conv2d "c")"#),
    Broken(.invalidSize, #"{"type":"max_pool2d","size":0}"#, at: "layers[0] (max_pool2d)"),
    Broken(.evenKernel, conv(kernel: 2), at: #"layers[0] (conv2d "c")"#),
    Broken(.invalidPadding, conv(padding: -1), at: #"layers[0] (conv2d "c")"#),
    Broken(
      .invalidPadding, conv(padding: 4_611_686_018_427_387_904), at: #"layers[0] (conv2d "c")"#),
    Broken(.channelMismatch, conv("c", 4), at: #"layers[0] (conv2d "c")"#),
    Broken(
      .channelMismatch, #"{"type":"batch_norm2d","name":"n","features":4,"eps":1e-5}"#,
      at: #"layers[0] (batch_norm2d "n")"#),
    Broken(
      .invalidEpsilon, #"{"type":"batch_norm2d","name":"n","features":3,"eps":0}"#,
      at: #"layers[0] (batch_norm2d "n")"#),
    Broken(.emptyOutput, conv(kernel: 11), at: #"layers[0] (conv2d "c")"#),
    Broken(.emptyOutput, #"{"type":"max_pool2d","size":9}"#, at: "layers[0] (max_pool2d)"),
    Broken(.invalidRate, #"{"type":"dropout","rate":1}"#, at: "layers[0] (dropout)"),
    Broken(
      .needsImage, #"{"type":"flatten"},{"type":"global_max_pool2d"}"#,
      at: "layers[1] (global_max_pool2d)"),
    Broken(
      .needsFeatures, #"{"type":"linear","name":"l","in":192,"out":2,"bias":true}"#,
      at: #"layers[0] (linear "l")"#),
    Broken(
      .featureMismatch,
      #"{"type":"flatten"},{"type":"linear","name":"l","in":191,"out":2,"bias":true}"#,
      at: #"layers[1] (linear "l")"#),
    Broken(
      .residualMismatch, #"{"type":"residual","layers":[\#(conv("c", 3, 4))]}"#,
      at: "layers[0] (residual)"),
    Broken(
      .evenKernel, #"{"type":"relu"},{"type":"residual","layers":[\#(conv("b", kernel: 4))]}"#,
      at: #"layers[1].layers[0] (conv2d "b")"#),
    Broken(.tooLarge, conv("c", 3, 1 << 60), at: #"layers[0] (conv2d "c")"#),
    Broken(.tooLarge, conv(kernel: 1, padding: 1023), at: #"layers[0] (conv2d "c")"#),
    // 8 MB in a file, a gigabyte where channels are multiplied in blocks.
    Broken(
      .tooLarge,
      json: #"{"input":[1,4,4],"layers":[\#(conv("c", 1, 1, kernel: 1023, padding: 511))]}"#,
      at: #"layers[0] (conv2d "c")"#),
    Broken(
      .tooLarge, json: #"{"input":[4611686018427387904,4,4],"layers":[{"type":"relu"}]}"#,
      at: "the input"),
    Broken(
      .tooLarge, json: #"{"input":[9223372036854775807,1,1],"layers":[{"type":"relu"}]}"#,
      at: "the input"),
  ]

  @Test(arguments: broken)
  func `a broken rule is named with its layer`(broken: Broken) {
    let error = #expect(throws: ArchitectureError.self) { try Architecture(json: broken.json) }
    #expect(error?.rule == broken.rule)
    #expect(error?.layer == broken.layer)
    #expect(error?.description.hasSuffix(".") == true)
  }

  static let everyLayer = """
    {"input":[2,9,9],"layers":[{"type":"conv2d","name":"a","in":2,"out":5,"kernel":5,"padding":2,\
    "bias":false},{"type":"batch_norm2d","name":"n","features":5,"eps":1e-05},{"type":"relu"},\
    {"type":"max_pool2d","size":2},{"type":"residual","layers":[{"type":"conv2d","name":"b","in":5,\
    "out":5,"kernel":1,"padding":0,"bias":true},{"type":"residual","layers":[{"type":"relu"}]}]},\
    {"type":"global_average_pool2d"},{"type":"global_max_pool2d"},{"type":"dropout","rate":0.25},\
    {"type":"flatten"},{"type":"linear","name":"l","in":5,"out":3,"bias":true}]}
    """

  @Test func `reading and writing give the same text`() throws {
    #expect(try Architecture(json: Self.everyLayer).json == Self.everyLayer)
  }

  @Test func `shapes are inferred and tensors listed`() throws {
    let architecture = try Architecture(json: Self.everyLayer)
    #expect(architecture.outputShape == [3])
    #expect(
      architecture.parameters.map { "\($0.name) \($0.shape)" } == [
        "a.weight [5, 2, 5, 5]", "n.weight [5]", "n.bias [5]", "n.running_mean [5]",
        "n.running_var [5]", "b.weight [5, 5, 1, 1]", "b.bias [5]", "l.weight [3, 5]",
        "l.bias [3]",
      ])
  }

  @Test func `deep nesting is refused`() {
    let depth = 100_000
    let json =
      #"{"input":[1,2,2],"layers":["#
      + String(repeating: #"{"type":"residual","layers":["#, count: depth)
    let error = #expect(throws: ArchitectureError.self) { try Architecture(json: json) }
    #expect(error?.rule == .notJSON)
  }
}
