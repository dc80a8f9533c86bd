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

  /// Values in parts, each filled up to whole blocks with zeros.
  convenience init(blocksOf parts: [[Float]]) {
    self.init(count: parts.reduce(0) { $0 + BlockLayout.roundedUp($1.count) })
    var start = 0
    for part in parts {
      for (index, value) in part.enumerated() { unsafe pointer[start + index] = value }
      start += BlockLayout.roundedUp(part.count)
    }
  }

  deinit {
    unsafe base.deallocate()
  }

  /// The numbers. The pointer must not outlive the memory.
  var pointer: UnsafeMutablePointer<Float> {
    unsafe base.assumingMemoryBound(to: Float.self)
  }
}
