/// An architecture's layers over numbered values, and over numbered gradients of those values.
///
/// A gradient's memory is shared where a layer may change it in place. Where a residual block's sum
/// hands the same gradient to both of its terms, nobody changes it.
struct TrainingPlan {
  /// What lies in memory for each image: a value or a gradient.
  struct Field {
    let channels: Int
    let height: Int
    let width: Int
    /// Zeros around it, as many as a convolution over it wants.
    var padding = 0

    init(_ channels: Int, _ height: Int, _ width: Int) {
      self.channels = channels
      self.height = height
      self.width = width
    }
  }

  enum Operation {
    case convolve(ConvolutionCall.Kind, layer: String, bias: Bool, relu: Bool)
    case batchNorm(layer: String, eps: Double, relu: Bool)
    case relu
    case maxPool(size: Int)
    case globalMaxPool
    case globalAveragePool
    case dropout(rate: Double)
    case flatten
    /// Adds the value `skip` to the input.
    case add(skip: Int)
  }

  struct Node {
    let operation: Operation
    let input: Int
    let output: Int
    /// Gradients. `changed` is the output's behind a fused ReLU.
    var outputGradient = 0
    var changedGradient = 0
    /// nil where nobody needs it: the network's input.
    var inputGradient: Int?
    /// Added to the input's gradient: those of residual blocks' sums that the input skips to.
    var addends: [Int] = []
  }

  private(set) var values: [Field]
  private(set) var gradients: [Field] = []
  private(set) var nodes: [Node] = []
  let readsInputDirectly: Bool

  static let input = 0
  var output: Int { nodes[nodes.count - 1].output }

  init(_ architecture: Architecture) {
    let shape = architecture.inputShape
    values = [Field(shape[0], shape[1], shape[2])]
    if case .conv2d? = architecture.layers.first {
      readsInputDirectly = true
    } else {
      readsInputDirectly = false
    }
    _ = append(architecture.layers, to: Self.input)
    assignGradients()
  }
}

// Forward: layers become nodes, a ReLU joins the convolution or batch norm before it.
extension TrainingPlan {
  private mutating func append(_ layers: [Architecture.Layer], to input: Int) -> Int {
    var rest = layers[...]
    var output = input
    while let layer = rest.popFirst() {
      let fusesReLU = layer.canEndInReLU && rest.first == .relu
      if fusesReLU { rest.removeFirst() }
      output = append(layer, relu: fusesReLU, to: output)
    }
    return output
  }

  private mutating func append(_ layer: Architecture.Layer, relu: Bool, to input: Int) -> Int {
    let field = values[input]
    func same() -> Field { Field(field.channels, field.height, field.width) }
    switch layer {
    case .conv2d(let layer):
      values[input].padding = max(field.padding, layer.padding)
      let loss = layer.kernelSize - 1 - 2 * layer.padding
      return add(
        .convolve(
          .conv2d(kernelSize: layer.kernelSize, padding: layer.padding), layer: layer.name,
          bias: layer.bias, relu: relu),
        input, Field(layer.outputChannels, field.height - loss, field.width - loss))
    case .linear(let layer):
      return add(
        .convolve(.linear, layer: layer.name, bias: layer.bias, relu: relu), input,
        Field(layer.outputFeatures, 1, 1))
    case .batchNorm2d(let layer):
      return add(.batchNorm(layer: layer.name, eps: layer.eps, relu: relu), input, same())
    case .relu: return add(.relu, input, same())
    case .maxPool2d(let size):
      return add(
        .maxPool(size: size), input,
        Field(field.channels, field.height / size, field.width / size))
    case .globalMaxPool2d: return add(.globalMaxPool, input, Field(field.channels, 1, 1))
    case .globalAveragePool2d: return add(.globalAveragePool, input, Field(field.channels, 1, 1))
    case .dropout(let rate): return add(.dropout(rate: rate), input, same())
    case .flatten:
      return add(.flatten, input, Field(field.channels * field.height * field.width, 1, 1))
    case .residual(let layers):
      let inner = append(layers, to: input)
      return add(.add(skip: input), inner, same())
    }
  }

  private mutating func add(_ operation: Operation, _ input: Int, _ field: Field) -> Int {
    values.append(field)
    nodes.append(Node(operation: operation, input: input, output: values.count - 1))
    return values.count - 1
  }
}

// Backward: from the last node to the first, each output's gradient becomes its input's.
extension TrainingPlan {
  private mutating func assignGradients() {
    var gradientOfValue: [Int: Int] = [output: addGradient(of: output)]
    var shared: Set<Int> = []
    var skipped: [Int: [Int]] = [:]
    for index in nodes.indices.reversed() {
      var node = nodes[index]
      guard let gradient = gradientOfValue[node.output] else {
        preconditionFailure("every value but the last is some node's input")
      }
      let changed = shared.contains(gradient) ? nil : gradient
      let needsInput = node.input != Self.input
      node.outputGradient = gradient
      node.changedGradient = gradient
      switch node.operation {
      case .add(let skip):
        node.inputGradient = gradient
        shared.insert(gradient)
        skipped[skip, default: []].append(gradient)
      case .batchNorm, .relu, .dropout:
        node.inputGradient = needsInput ? changed ?? addGradient(of: node.input) : nil
      case .convolve(let kind, _, _, let relu):
        if relu { node.changedGradient = changed ?? addGradient(of: node.output) }
        if needsInput {
          node.inputGradient = addGradient(of: node.input)
          pad(node.changedGradient, for: kind)
        }
      default:
        node.inputGradient = needsInput ? addGradient(of: node.input) : nil
      }
      if case .add = node.operation {
      } else if needsInput {
        node.addends = skipped.removeValue(forKey: node.input) ?? []
      }
      gradientOfValue[node.input] = node.inputGradient
      nodes[index] = node
    }
  }

  private mutating func addGradient(of value: Int) -> Int {
    gradients.append(Field(values[value].channels, values[value].height, values[value].width))
    return gradients.count - 1
  }

  private mutating func pad(_ gradient: Int, for kind: ConvolutionCall.Kind) {
    guard case .conv2d(let kernelSize, let padding) = kind else { return }
    gradients[gradient].padding = max(gradients[gradient].padding, kernelSize - 1 - padding)
  }
}

extension Architecture.Layer {
  /// Whether a ReLU behind it costs nothing.
  fileprivate var canEndInReLU: Bool {
    switch self {
    case .conv2d, .linear, .batchNorm2d: true
    default: false
    }
  }
}
