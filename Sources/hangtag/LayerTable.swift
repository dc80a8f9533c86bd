import NeuralNetwork

/// An architecture as a table: each layer with the shape that it gives and the values it holds.
struct LayerTable {
  private struct Row {
    let layer: String
    let output: String
    let parameters: Int
  }

  private var rows: [Row] = []
  private let trained: Int
  private let statistics: Int

  init(_ architecture: Architecture) throws(ArchitectureError) {
    trained = architecture.parameters.filter(\.role.isTrained).map(\.count).reduce(0, +)
    statistics = architecture.parameters.map(\.count).reduce(0, +) - trained
    try add(architecture.layers, after: [], of: architecture, depth: 0)
  }

  /// The shapes come from the architecture itself: that of the layers so far.
  private mutating func add(
    _ layers: [Architecture.Layer], after before: [Architecture.Layer], of whole: Architecture,
    depth: Int
  ) throws(ArchitectureError) {
    var soFar = before
    var known = try Self.parameterCount(before, of: whole)
    for layer in layers {
      soFar.append(layer)
      let part = try Architecture(inputShape: whole.inputShape, layers: soFar)
      let count = part.parameters.map(\.count).reduce(0, +)
      let indent = String(repeating: "  ", count: depth)
      if case .residual(let inner) = layer {
        rows.append(Row(layer: indent + "residual: input +", output: "", parameters: 0))
        try add(inner, after: Array(soFar.dropLast()), of: whole, depth: depth + 1)
      } else {
        rows.append(
          Row(
            layer: indent + layer.words, output: part.outputShape.shapeText,
            parameters: count - known))
      }
      known = count
    }
  }

  private static func parameterCount(
    _ layers: [Architecture.Layer], of whole: Architecture
  ) throws(ArchitectureError) -> Int {
    if layers.isEmpty { return 0 }
    let part = try Architecture(inputShape: whole.inputShape, layers: layers)
    return part.parameters.map(\.count).reduce(0, +)
  }

  /// The table.
  var text: String {
    let head = Row(layer: "layer", output: "output", parameters: 0)
    let layerWidth = ([head] + rows).map(\.layer.count).max() ?? 0
    let outputWidth = ([head] + rows).map(\.output.count).max() ?? 0
    let count = { (row: Row) in row.parameters == 0 ? "" : row.parameters.grouped }
    let countWidth = (rows.map(count) + ["parameters"]).map(\.count).max() ?? 0
    func line(_ layer: String, _ output: String, _ count: String) -> String {
      let numbers = output.padded(to: outputWidth) + "  " + count.aligned(to: countWidth)
      return layer.padded(to: layerWidth) + "  " + numbers.trimmed + "\n"
    }
    return line("layer", "output", "parameters")
      + rows.map { line($0.layer, $0.output, count($0)) }.joined()
      + "\(trained.grouped) trained parameters, \(statistics.grouped) running statistics\n"
  }
}

extension Architecture.Layer {
  /// The layer in a few words.
  fileprivate var words: String {
    switch self {
    case .conv2d(let layer):
      "conv2d \(layer.name.printable), \(layer.kernelSize) x \(layer.kernelSize)"
        + (layer.bias ? "" : ", no bias")
    case .batchNorm2d(let layer): "batch_norm2d \(layer.name.printable)"
    case .relu: "relu"
    case .maxPool2d(let size): "max_pool2d \(size) x \(size)"
    case .globalMaxPool2d: "global_max_pool2d"
    case .globalAveragePool2d: "global_average_pool2d"
    case .dropout(let rate): "dropout \(rate)"
    case .flatten: "flatten"
    case .linear(let layer): "linear \(layer.name.printable)" + (layer.bias ? "" : ", no bias")
    case .residual: "residual"
    }
  }
}
