/// Memory for numbers that the kernels read and write, aligned for the widest vectors and zero at
/// first; the zeros around images are a convolution's padding.
///
/// Shared between threads by those who see to it that none writes where another one reads.
@safe
final class FloatMemory: @unchecked Sendable {
  /// In bytes: the widest vector register and a cache line.
  private static let alignment = 64

  let count: Int
  private let base: UnsafeMutableRawPointer

  init(count: Int) {
    self.count = count
    unsafe base = .allocate(byteCount: max(count, 1) * 4, alignment: Self.alignment)
    unsafe base.initializeMemory(as: Float.self, repeating: 0, count: count)
  }

  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    for (index, value) in values.enumerated() { unsafe pointer[index] = value }
  }

  deinit {
    unsafe base.deallocate()
  }

  /// The numbers. The pointer must not outlive the memory.
  var pointer: UnsafeMutablePointer<Float> {
    unsafe base.assumingMemoryBound(to: Float.self)
  }
}
