import NeuralNetwork
import Testing

@Suite struct InstructionSetTests {
  @Test func `the variable decides, else the fastest`() throws {
    #expect(try InstructionSet.selected(environment: [:]) == .best)
    #expect(try InstructionSet.selected(environment: ["HANGTAG_ISA": ""]) == .best)
    #expect(try InstructionSet.selected(environment: ["HANGTAG_ISA": "baseline"]) == .baseline)
    #expect(InstructionSet.supported.contains(.best))
  }

  @Test func `answers are compared with the next slower one`() {
    let sets = InstructionSet.supported
    for (slower, faster) in zip(sets, sets.dropFirst()) { #expect(faster.nextSlower == slower) }
    #expect(sets.first?.nextSlower == nil)
  }

  @Test func `rounding to bfloat16 is never chosen unasked`() throws {
    #expect(InstructionSet.best != .amx)
    #expect(!InstructionSet.supported.contains(.amx))
    #expect(InstructionSet.baseline.inBFloat16 == nil)
  }

  /// A bfloat16 has 8 bits of mantissa, so a factor is off by at most 2^-9 of itself; where a ReLU
  /// then falls the other way, a whole product is.
  @Test(
    .enabled(if: InstructionSet.best.inBFloat16 != nil, "this machine has no AMX"),
    arguments: TestNetwork.all)
  func `bfloat16 gives nearly the gradients of single precision`(test: TestNetwork) throws {
    let rounding = try #require(InstructionSet.best.inBFloat16)
    let count = 11
    func gradients(_ isa: InstructionSet) -> [String: [Float]] {
      let network = TrainingNetwork(
        test.architecture, capacity: count, threads: 2, seed: 1, instructionSet: isa)
      network.load(test.tensors)
      let (inputs, labels) = (test.inputs(count), test.labels(count))
      _ = network.gradients(inputs: inputs.span, labels: labels.span, count: count, step: 0)
      var all: [Float] = []
      network.update { _, gradients in all = gradients.indices.map { gradients[$0] } }
      return Dictionary(
        uniqueKeysWithValues: network.slices.filter { $0.range.upperBound <= all.count }.map {
          ($0.name, Array(all[$0.range]))
        })
    }
    let exact = gradients(.best)
    for (name, rounded) in gradients(rounding) {
      let expected = try #require(exact[name])
      let scale = exact.values.joined().reduce(0) { max($0, abs($1)) }
      let error = zip(rounded, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(error < 0.1 * scale, "\(name)")
    }
  }

  @Test func `what is unknown or not there is a clear error`() throws {
    #if arch(x86_64)
      let absent = "neon"
    #else
      let absent = "avx512"
    #endif
    for value in ["sse9", absent] {
      let error = #expect(throws: InstructionSetError.self) {
        try InstructionSet.selected(environment: ["HANGTAG_ISA": value])
      }
      #expect(error?.description.contains("\"\(value)\"") == true)
      #expect(error?.description.contains("baseline") == true)
    }
  }
}
