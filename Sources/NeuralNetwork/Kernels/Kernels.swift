import CKernels

/// The kernels of one instruction set.
@safe
struct Kernels: @unchecked Sendable {
  // Points to a constant table of the program; that is why it may be shared.
  private let table: UnsafePointer<hangtag_kernels>

  init(_ table: UnsafePointer<hangtag_kernels>) {
    unsafe self.table = unsafe table
  }

  var functions: hangtag_kernels { unsafe table.pointee }

  /// Whether Winograd's convolution is among them. All that have it read weights alike; for the others,
  /// AMX, they are packed differently.
  var hasWinograd: Bool { unsafe functions.convolve_winograd != nil }
}
