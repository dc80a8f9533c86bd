import NeuralNetwork
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

func exponential(_ value: Double) -> Double { exp(value) }
func logarithm(_ value: Double) -> Double { log(value) }

/// Numbers from -1 to 1, the same in every run.
func numbers(_ count: Int, seed: UInt64) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
  }
}

/// A small network that has some of the layers, with parameters that are the same in every run.
struct TestNetwork: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let architecture: Architecture

  init(_ name: String, _ inputShape: [Int], _ layers: [Architecture.Layer]) {
    testDescription = name
    do {
      architecture = try Architecture(inputShape: inputShape, layers: layers)
    } catch {
      preconditionFailure("\(name): \(error)")
    }
  }

  /// Weights so that values neither grow nor vanish; variances positive.
  var tensors: [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (index, parameter) in architecture.parameters.enumerated() {
      let random = numbers(parameter.count, seed: UInt64(index) + 100)
      let inputs = Float(parameter.shape.dropFirst().reduce(1, *))
      let values =
        switch parameter.role {
        case .weight: random.map { $0 * (3 / inputs).squareRoot() }
        case .bias, .shift, .runningMean: random.map { $0 * 0.5 }
        case .scale, .runningVariance: random.map { 1 + $0 * 0.5 }
        }
      tensors[parameter.name] = Tensor(shape: parameter.shape, values: values)
    }
    return tensors
  }

  var model: Model {
    do {
      return try Model(
        name: testDescription, architecture: architecture,
        labels: (0..<architecture.outputShape[0]).map { "\($0)" },
        input: InputSpecification(preprocessing: 1), parameters: tensors)
    } catch {
      preconditionFailure("\(testDescription): \(error)")
    }
  }

  func inputs(_ count: Int) -> [Float] {
    numbers(count * architecture.inputShape.reduce(1, *), seed: 7)
  }

  func labels(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8($0 * 7 % architecture.outputShape[0]) }
  }

  private static func conv(
    _ name: String, _ input: Int, _ output: Int, kernel: Int = 3, padding: Int = 1,
    bias: Bool = true
  ) -> Architecture.Layer {
    .conv2d(
      .init(
        name: name, inputChannels: input, outputChannels: output, kernelSize: kernel,
        padding: padding, bias: bias))
  }

  private static func linear(
    _ name: String, _ input: Int, _ output: Int, bias: Bool = true
  ) -> Architecture.Layer {
    .linear(.init(name: name, inputFeatures: input, outputFeatures: output, bias: bias))
  }

  private static func norm(_ name: String, _ features: Int) -> Architecture.Layer {
    .batchNorm2d(.init(name: name, features: features))
  }

  /// Every layer type, and every way in which layers are fused or are not.
  static let all: [TestNetwork] = [
    TestNetwork("linear only", [1, 2, 3], [.flatten, linear("l", 6, 3)]),
    TestNetwork(
      "conv, pool, flatten", [1, 7, 9],
      [
        conv("c", 1, 5), .relu, .maxPool2d(size: 2), .flatten, linear("l", 60, 4), .relu,
        linear("m", 4, 3, bias: false),
      ]),
    TestNetwork(
      "colour input, kernels 1 and 5", [3, 6, 5],
      [
        conv("a", 3, 18, kernel: 5, padding: 2, bias: false), .relu,
        conv("b", 18, 3, kernel: 1, padding: 0), .globalAveragePool2d, .flatten,
      ]),
    TestNetwork(
      "more padding than the kernel needs", [2, 3, 4],
      [
        conv("a", 2, 4, kernel: 1, padding: 1), .relu, conv("b", 4, 4, kernel: 1, padding: 2),
        .globalMaxPool2d, .flatten,
      ]),
    TestNetwork(
      "batch norm with and without relu", [1, 6, 6],
      [
        conv("a", 1, 6, bias: false), norm("n", 6), .relu, conv("b", 6, 5), norm("m", 5),
        .maxPool2d(size: 3), .flatten, linear("l", 20, 3),
      ]),
    TestNetwork(
      "batch norm first and after relu", [2, 4, 4],
      [norm("n", 2), conv("a", 2, 4), .relu, norm("m", 4), .relu, .globalAveragePool2d, .flatten]),
    TestNetwork(
      "relu and pool first", [2, 5, 4],
      [.relu, .maxPool2d(size: 2), conv("a", 2, 3), .globalMaxPool2d, .flatten]),
    TestNetwork(
      "residual blocks as the reference has them", [1, 6, 6],
      [
        conv("a", 1, 17, bias: false), norm("n", 17), .relu, .maxPool2d(size: 2),
        .residual([
          conv("b", 17, 17, bias: false), norm("o", 17), .relu, conv("c", 17, 17, bias: false),
          norm("p", 17), .relu,
        ]),
        .globalMaxPool2d, .flatten, .dropout(rate: 0), linear("l", 17, 3),
      ]),
    TestNetwork(
      "residual blocks with relu behind the sum", [2, 4, 4],
      [
        .residual([conv("a", 2, 2)]), .relu,
        .residual([conv("b", 2, 3), .relu, conv("c", 3, 2)]), .relu, norm("n", 2), .flatten,
        .residual([linear("l", 32, 32), .relu]), linear("m", 32, 3),
      ]),
    TestNetwork(
      "residual blocks that begin with relu or batch norm", [2, 4, 3],
      [
        conv("a", 2, 3),
        .residual([norm("n", 3), .relu, conv("b", 3, 3), norm("o", 3), .relu, conv("c", 3, 3)]),
        .residual([.relu, conv("d", 3, 3, kernel: 1, padding: 0)]), .globalAveragePool2d, .flatten,
      ]),
    TestNetwork(
      "residual blocks in residual blocks", [1, 4, 4],
      [
        conv("a", 1, 3),
        .residual([
          .residual([.residual([conv("b", 3, 3)]), .relu]), .residual([.relu]),
          .residual([.dropout(rate: 0)]),
        ]),
        .residual([.maxPool2d(size: 1)]), .globalMaxPool2d, .flatten,
        .residual([.flatten]), linear("l", 3, 3),
      ]),
  ]

  /// Convolutions large enough that pooling is fused into them. Not for gradients: among so many values
  /// some are so close to zero, or to each other, that a difference steps over the bend.
  static let pooled: [TestNetwork] = [
    TestNetwork(
      "convolutions that store the largest of each 2 x 2", [1, 8, 16],
      [
        conv("a", 1, 16), .relu, conv("b", 16, 17), norm("n", 17), .relu, .maxPool2d(size: 2),
        norm("o", 17), conv("c", 17, 18), .maxPool2d(size: 2), .relu,
        .residual([norm("p", 18), .relu]), .flatten, linear("l", 144, 3),
      ]),
    TestNetwork(
      "residual blocks that are pooled", [1, 8, 8],
      [
        conv("a", 1, 16), .residual([conv("b", 16, 16), .relu]), .relu, .maxPool2d(size: 2),
        .residual([conv("c", 16, 16)]), .maxPool2d(size: 4), .flatten, linear("l", 16, 3),
      ]),
  ]
}
