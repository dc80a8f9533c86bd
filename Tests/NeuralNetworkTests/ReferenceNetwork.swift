import NeuralNetwork

/// What an architecture computes, from the definitions, in double precision: for tests of networks
/// that have none of the kernels' layouts, fusions and orders of summation.
struct ReferenceNetwork {
  /// Values of a batch, `[image][channel][row][column]`.
  struct Batch: Equatable {
    var count: Int
    var channels: Int
    var height: Int
    var width: Int
    var values: [Double]

    subscript(n: Int, c: Int, y: Int, x: Int) -> Double {
      get { values[((n * channels + c) * height + y) * width + x] }
      set { values[((n * channels + c) * height + y) * width + x] = newValue }
    }

    init(_ count: Int, _ channels: Int, _ height: Int, _ width: Int, _ values: [Double]? = nil) {
      self.count = count
      self.channels = channels
      self.height = height
      self.width = width
      self.values = values ?? [Double](repeating: 0, count: count * channels * height * width)
    }

    func mapped(_ transform: (Double) -> Double) -> Batch {
      Batch(count, channels, height, width, values.map(transform))
    }
  }

  let architecture: Architecture
  var parameters: [String: [Double]]
  /// Whether batch norm takes the batch's statistics.
  var isTraining = false

  init(_ architecture: Architecture, _ tensors: [String: Tensor], isTraining: Bool = false) {
    self.architecture = architecture
    self.parameters = tensors.mapValues { $0.values.map(Double.init) }
    self.isTraining = isTraining
  }

  /// The logits of each image.
  func logits(_ inputs: [Float], count: Int) -> [Double] {
    let shape = architecture.inputShape
    return apply(
      architecture.layers, to: Batch(count, shape[0], shape[1], shape[2], inputs.map(Double.init))
    ).values
  }

  /// PyTorch's `CrossEntropyLoss` with mean reduction; the teacher's part with its probabilities
  /// as targets.
  func loss(
    _ inputs: [Float], labels: [UInt8], teacher: [Float] = [], _ loss: CrossEntropy = .init()
  ) -> Double {
    let logits = logits(inputs, count: labels.count)
    let classes = logits.count / labels.count
    let weights = loss.classWeights ?? [Double](repeating: 1, count: classes)
    var total = 0.0
    var weight = 0.0
    for (image, label) in labels.enumerated() {
      let row = Array(logits[image * classes..<(image + 1) * classes])
      let exponentials = row.map { exponential($0) }
      let sum = exponentials.reduce(0, +)
      let losses = exponentials.map { -logarithm($0 / sum) }
      let smooth = zip(weights, losses).reduce(0) { $0 + $1.0 * $1.1 } / Double(classes)
      let known =
        (1 - loss.labelSmoothing) * weights[Int(label)] * losses[Int(label)]
        + loss.labelSmoothing * smooth
      let taught = teacher.dropFirst(image * classes).prefix(classes).enumerated().reduce(0.0) {
        $0 + Double($1.element) * weights[$1.offset] * losses[$1.offset]
      }
      total +=
        teacher.isEmpty
        ? known : (1 - loss.distillation) * known + loss.distillation * taught
      weight += weights[Int(label)]
    }
    return total / weight
  }

  private func apply(_ layers: [Architecture.Layer], to input: Batch) -> Batch {
    layers.reduce(input) { apply($1, to: $0) }
  }

  private func apply(_ layer: Architecture.Layer, to x: Batch) -> Batch {
    switch layer {
    case .conv2d(let layer): return convolution(layer, x)
    case .batchNorm2d(let layer): return batchNorm(layer, x)
    case .relu: return x.mapped { max($0, 0) }
    case .maxPool2d(let size):
      return pool(x, x.height / size, x.width / size, size, size) { $0.max() ?? 0 }
    case .globalMaxPool2d: return pool(x, 1, 1, x.height, x.width) { $0.max() ?? 0 }
    case .globalAveragePool2d:
      return pool(x, 1, 1, x.height, x.width) { $0.reduce(0, +) / Double($0.count) }
    case .dropout: return x
    case .flatten: return Batch(x.count, x.channels * x.height * x.width, 1, 1, x.values)
    case .linear(let layer):
      return convolution(
        .init(
          name: layer.name, inputChannels: layer.inputFeatures,
          outputChannels: layer.outputFeatures, kernelSize: 1, padding: 0, bias: layer.bias), x)
    case .residual(let layers):
      let inner = apply(layers, to: x)
      return Batch(
        x.count, x.channels, x.height, x.width, zip(x.values, inner.values).map { $0 + $1 })
    }
  }

  private func convolution(_ layer: Architecture.Conv2D, _ x: Batch) -> Batch {
    let weights = tensor(layer.name, "weight")
    let (kernel, padding) = (layer.kernelSize, layer.padding)
    let loss = kernel - 1 - 2 * padding
    var y = Batch(x.count, layer.outputChannels, x.height - loss, x.width - loss)
    for n in 0..<y.count {
      for o in 0..<y.channels {
        for row in 0..<y.height {
          for column in 0..<y.width {
            var sum = layer.bias ? tensor(layer.name, "bias")[o] : 0
            for i in 0..<x.channels {
              for ky in 0..<kernel where (0..<x.height).contains(row + ky - padding) {
                for kx in 0..<kernel where (0..<x.width).contains(column + kx - padding) {
                  sum +=
                    x[n, i, row + ky - padding, column + kx - padding]
                    * weights[((o * x.channels + i) * kernel + ky) * kernel + kx]
                }
              }
            }
            y[n, o, row, column] = sum
          }
        }
      }
    }
    return y
  }

  private func batchNorm(_ layer: Architecture.BatchNorm2D, _ x: Batch) -> Batch {
    var y = x
    let plane = x.height * x.width
    for channel in 0..<x.channels {
      let places = x.values.indices.filter { $0 / plane % x.channels == channel }
      var mean = tensor(layer.name, "running_mean")[channel]
      var variance = tensor(layer.name, "running_var")[channel]
      if isTraining {
        mean = places.reduce(0) { $0 + x.values[$1] } / Double(places.count)
        variance =
          places.reduce(0) { $0 + (x.values[$1] - mean) * (x.values[$1] - mean) }
          / Double(places.count)
      }
      let scale = tensor(layer.name, "weight")[channel] / (variance + layer.eps).squareRoot()
      for place in places {
        y.values[place] = (x.values[place] - mean) * scale + tensor(layer.name, "bias")[channel]
      }
    }
    return y
  }

  private func pool(
    _ x: Batch, _ height: Int, _ width: Int, _ windowHeight: Int, _ windowWidth: Int,
    _ reduce: ([Double]) -> Double
  ) -> Batch {
    var y = Batch(x.count, x.channels, height, width)
    for n in 0..<x.count {
      for c in 0..<x.channels {
        for row in 0..<height {
          for column in 0..<width {
            y[n, c, row, column] = reduce(
              (0..<windowHeight * windowWidth).map { place in
                x[
                  n, c, row * windowHeight + place / windowWidth,
                  column * windowWidth + place % windowWidth]
              })
          }
        }
      }
    }
    return y
  }

  private func tensor(_ layer: String, _ suffix: String) -> [Double] {
    parameters["\(layer).\(suffix)"] ?? []
  }
}
