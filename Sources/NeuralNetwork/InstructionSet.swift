import CKernels

/// A processor's vector instructions for which the kernels were compiled.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// What every processor of the architecture has: SSE2 on x86-64.
  case baseline
  /// AVX2 and FMA: x86-64 since 2013.
  case avx2
  /// AVX-512 F, BW, DQ and VL.
  case avx512
  /// Advanced SIMD with fused multiply-add: every arm64.
  case neon
  /// AVX-512, with convolutions by Intel's AMX whose factors are split into two bfloat16 each, 16 bits
  /// of mantissa, and summed in single precision: three times as fast as AVX-512 alone. For inference.
  case amxSplit = "amx-split"
  /// AVX-512, with convolutions by Intel's AMX: their factors are rounded to bfloat16, eight bits of
  /// mantissa, and summed in single precision. Never chosen unasked.
  case amx

  /// Those of single precision that this machine has, the slowest first.
  public static var supported: [InstructionSet] {
    allCases.filter { $0 != .amx && $0.kernels != nil }
  }

  /// The fastest of single precision that this machine has.
  public static var best: InstructionSet { supported.last ?? .baseline }

  /// The fastest of the slower ones that this machine has, to compare answers with; nil for the
  /// slowest.
  public var nextSlower: InstructionSet? {
    Self.supported.prefix { $0 != self }.last
  }

  /// What computes in bfloat16 in this one's place, where the machine has that.
  public var inBFloat16: InstructionSet? {
    switch self {
    case .avx512, .amxSplit, .amx: Self.amx.kernels == nil ? nil : .amx
    default: nil
    }
  }

  /// What trains in this one's place: a gradient is the difference of large sums, which wants all 24
  /// bits, or is asked for in bfloat16.
  var forTraining: InstructionSet { self == .amxSplit ? .avx512 : self }

  /// The one that `HANGTAG_ISA` names, else the fastest.
  ///
  /// - Parameter environment: The process's environment.
  /// - Throws: `InstructionSetError` where the name is unknown or the machine lacks it.
  public static func selected(
    environment: [String: String]
  ) throws(InstructionSetError) -> InstructionSet {
    guard let name = environment["HANGTAG_ISA"], !name.isEmpty else { return best }
    guard let named = InstructionSet(rawValue: name), named.kernels != nil else {
      throw InstructionSetError(value: name, supported: allCases.filter { $0.kernels != nil })
    }
    return named
  }

  /// Whether this machine has both, and their kernels read weights that were packed for either.
  public func readsWeights(like other: InstructionSet) -> Bool {
    guard let mine = kernels, let others = other.kernels else { return false }
    return self == other || mine.hasWinograd && others.hasWinograd
  }

  /// The kernels compiled for it, nil where this machine cannot run them.
  var kernels: Kernels? {
    let identifier =
      switch self {
      case .baseline: HANGTAG_BASELINE
      case .avx2: HANGTAG_AVX2
      case .avx512: HANGTAG_AVX512
      case .neon: HANGTAG_NEON
      case .amxSplit: HANGTAG_AMX_SPLIT
      case .amx: HANGTAG_AMX
      }
    return unsafe hangtag_kernels_for(identifier).map { unsafe Kernels($0) }
  }
}

/// `HANGTAG_ISA` names an instruction set that is unknown or that the machine lacks.
public struct InstructionSetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What the variable says.
  public let value: String
  /// What it could say.
  public let supported: [InstructionSet]

  /// A whole sentence that says what to do.
  public var description: String {
    let names = supported.map(\.rawValue).joined(separator: ", ")
    return "HANGTAG_ISA is \"\(value)\"; this machine supports \(names). Change it or leave it out."
  }
}
