import NeuralNetwork
import Testing

@Suite struct InstructionSetTests {
  @Test func `the variable decides, else the fastest`() throws {
    #expect(try InstructionSet.selected(environment: [:]) == .best)
    #expect(try InstructionSet.selected(environment: ["HANGTAG_ISA": ""]) == .best)
    #expect(try InstructionSet.selected(environment: ["HANGTAG_ISA": "baseline"]) == .baseline)
    #expect(InstructionSet.supported.contains(.best))
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
