import NeuralNetwork
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent, "needs ../shared"))
struct GoldenTests {
  @Test(arguments: InstructionSet.supported, ["plain", "residual"])
  func `logits are PyTorch's`(isa: InstructionSet, name: String) throws {
    let golden = try Safetensors(bytes: SharedReference.bytes("golden"))
    let images = try SharedReference.images(golden)
    let expected = try golden.doubles("\(name).logits")
    let network = InferenceNetwork(try SharedReference.model(name), instructionSet: isa)
    for batch in [1, 32] {
      for first in stride(from: 0, to: 64, by: batch) {
        let inputs = Array(images[first * 784..<(first + batch) * 784])
        for (index, value) in logits(network, inputs, count: batch).enumerated() {
          #expect(abs(Double(value) - expected[first * 10 + index]) < isa.tolerance)
        }
      }
    }
  }
}
