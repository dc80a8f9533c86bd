import NeuralNetwork
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent, "needs ../shared"))
struct ReferenceGradientTests {
  @Test(arguments: InstructionSet.supported, ["plain", "residual"])
  func `gradients are PyTorch's`(isa: InstructionSet, name: String) throws {
    let reference = try Safetensors(bytes: SharedReference.bytes("gradients"))
    let images = try SharedReference.images(reference)
    let labels = try reference.integers("label").map { UInt8($0) }
    let model = try SharedReference.model(name)
    let architecture = try Architecture(
      inputShape: model.architecture.inputShape,
      layers: model.architecture.layers.map {
        if case .dropout = $0 { .dropout(rate: 0) } else { $0 }
      })
    let network = TrainingNetwork(
      architecture, capacity: 16, threads: 2, seed: 1, instructionSet: isa)
    network.load(model.parameters)
    let result = network.gradients(inputs: images.span, labels: labels.span, count: 16, step: 0)
    #expect(abs(result.loss - (try reference.doubles("\(name).loss"))[0]) < 1e-6)

    // In one of the first pool's windows the two largest values differ by 2e-7: where rounding
    // goes to the other side, the gradient takes another way. Without fused multiply-add it does.
    let tolerance = isa == .baseline ? 1e-3 : 1e-4
    for (tensor, gradient) in gradients(of: network) {
      let expected = try reference.doubles("\(name).\(tensor)")
      #expect(gradient.count == expected.count)
      let norm = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let difference = zip(gradient, expected).reduce(0) {
        $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
      }.squareRoot()
      #expect(difference <= tolerance * norm, "\(tensor)")
    }
  }
}
