import Glibc

/// Memory for numbers that the kernels read and write, aligned for the widest vectors and zero at
/// first; the zeros around images are a convolution's padding.
///
/// Shared between threads by those who see to it that none writes where another one reads.
@safe
final class FloatMemory: @unchecked Sendable {
  /// In bytes: the widest vector register and a cache line.
  private static let alignment = 64

  let count: Int
  private let allocation: UnsafeMutableRawPointer
  private let base: UnsafeMutableRawPointer

  init(count: Int) {
    self.count = count
    // `calloc` takes large memory fresh from the kernel, zero already: what nobody writes to costs
    // nothing.
    guard let zeros = unsafe calloc(count * 4 + Self.alignment, 1) else {
      fatalError("no memory for \(count) numbers")
    }
    unsafe allocation = unsafe zeros
    unsafe base = unsafe zeros.alignedUp(toMultipleOf: Self.alignment)
  }

  deinit {
    unsafe free(allocation)
  }

  /// The numbers. The pointer must not outlive the memory.
  var pointer: UnsafeMutablePointer<Float> {
    unsafe base.assumingMemoryBound(to: Float.self)
  }
}
