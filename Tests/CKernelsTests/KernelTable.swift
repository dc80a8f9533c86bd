import CKernels
import Testing

/// The kernels of one instruction set of this machine, as an argument of a test.
struct KernelTable: CustomTestStringConvertible, Sendable {
  let isa: hangtag_isa
  let testDescription: String

  /// Those that this machine can run.
  static let all: [KernelTable] = [
    KernelTable(isa: HANGTAG_BASELINE, testDescription: "baseline"),
    KernelTable(isa: HANGTAG_AVX2, testDescription: "avx2"),
    KernelTable(isa: HANGTAG_AVX512, testDescription: "avx512"),
    KernelTable(isa: HANGTAG_NEON, testDescription: "neon"),
    KernelTable(isa: HANGTAG_AMX_SPLIT, testDescription: "amx-split"),
    KernelTable(isa: HANGTAG_AMX, testDescription: "amx"),
  ].filter { unsafe hangtag_kernels_for($0.isa) != nil }

  var hasWinograd: Bool { unsafe kernels.convolve_winograd != nil }

  var kernels: hangtag_kernels { unsafe hangtag_kernels_for(isa).pointee }
}
