import NeuralNetwork

/// Networks with weights made by program.
enum NetworkSamples {
  /// Few weights, every kind of layer that a small file can hold.
  static let small = """
    {"input":[1,28,28],"layers":[\
    {"type":"conv2d","name":"c","in":1,"out":2,"kernel":3,"padding":1,"bias":true},\
    {"type":"batch_norm2d","name":"n","features":2,"eps":1e-05},{"type":"relu"},\
    {"type":"max_pool2d","size":4},{"type":"global_average_pool2d"},{"type":"flatten"},\
    {"type":"dropout","rate":0.25},{"type":"linear","name":"l","in":2,"out":2,"bias":true}]}
    """

  /// Blocks in blocks, all pooling, more padding than the kernel needs.
  static let residual = """
    {"input":[2,6,5],"layers":[\
    {"type":"residual","layers":[\
    {"type":"conv2d","name":"a","in":2,"out":3,"kernel":3,"padding":1,"bias":false},\
    {"type":"relu"},{"type":"residual","layers":[{"type":"relu"}]},\
    {"type":"conv2d","name":"b","in":3,"out":2,"kernel":1,"padding":0,"bias":true}]},\
    {"type":"conv2d","name":"d","in":2,"out":1,"kernel":1,"padding":2,"bias":true},\
    {"type":"global_max_pool2d"},{"type":"flatten"}]}
    """

  /// A model of an architecture that gives a list of features.
  static func model(_ json: String) throws -> Model {
    let architecture = try Architecture(json: json)
    var tensors: [String: Tensor] = [:]
    for parameter in architecture.parameters {
      let isPositive = parameter.role == .runningVariance
      tensors[parameter.name] = Tensor(
        shape: parameter.shape,
        values: (0..<parameter.count).map {
          Float(($0 * 37 + 11) % 19 + (isPositive ? 1 : -9)) / 19
        }
      )
    }
    let labels = (0..<(architecture.outputShape.first ?? 0)).map { "label \($0)" }
    return try Model(
      name: "fuzz", architecture: architecture, labels: labels,
      input: InputSpecification(preprocessing: 1),
      calibration: Calibration(
        temperature: 1.5, threshold: 0.5, thresholds: ["margin": 0.1], fittedOn: "x", images: 3,
        curve: [.init(threshold: 0.9, accepted: 1, wrong: 0)]), parameters: tensors)
  }
}

extension Architecture {
  /// Whether it runs in no time. A small file can ask for seconds: a large padding, a large kernel.
  var isQuick: Bool {
    let weights = parameters.reduce(0) { $0 + $1.count }
    return weights < 1 << 12 && inputShape.allSatisfy { $0 < 64 } && layers.allSatisfy(\.isQuick)
  }
}

extension Architecture.Layer {
  fileprivate var isQuick: Bool {
    switch self {
    case .conv2d(let layer): layer.padding < 16
    case .residual(let layers): layers.allSatisfy(\.isQuick)
    default: true
    }
  }
}
