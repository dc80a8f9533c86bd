import CLinux
import Glibc

/// Memory for numbers that the kernels read and write, aligned for the widest vectors and zero at
/// first; the zeros around images are a convolution's padding.
///
/// Shared between threads by those who see to it that none writes where another one reads.
@safe
final class FloatMemory: @unchecked Sendable {
  /// In bytes: the widest vector register and a cache line.
  private static let alignment = 64
  /// In bytes: the unit that x86-64 and arm64 map at once. A network reads all its weights for each
  /// few images, several times more small pages than a processor remembers the places of.
  private static let hugePage = 2 << 20

  let count: Int
  private let allocation: UnsafeMutableRawPointer
  private let base: UnsafeMutableRawPointer

  /// - Parameter hugePages: whether to ask for huge pages at once. A machine that has to fetch and
  ///   clear them first may take milliseconds for each; see `gather()`.
  init(count: Int, hugePages: Bool = true) {
    self.count = count
    // `calloc` takes large memory fresh from the kernel, zero already: what nobody writes to costs
    // nothing.
    guard let zeros = unsafe calloc(count * 4 + Self.alignment, 1) else {
      fatalError("no memory for \(count) numbers")
    }
    unsafe allocation = unsafe zeros
    unsafe base = unsafe zeros.alignedUp(toMultipleOf: Self.alignment)
    if hugePages { preferHugePages() }
  }

  deinit {
    unsafe free(allocation)
  }

  /// Moves what is there into huge pages now. Other threads may read and write meanwhile.
  func gather() {
    preferHugePages()
    advise(LINUX_MADV_COLLAPSE)
  }

  /// Only whole huge pages within the memory become such, so that it grows no larger.
  private func preferHugePages() { advise(MADV_HUGEPAGE) }

  /// A hint: a system that has no huge pages to give, or does not know the hint, goes on with small
  /// ones.
  private func advise(_ advice: Int32) {
    guard count * 4 >= Self.hugePage else { return }
    let page = UInt(getpagesize())
    let start = unsafe UInt(bitPattern: base) / page * page
    let end = unsafe UInt(bitPattern: base + count * 4) / page * page
    unsafe madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), advice)
  }

  /// The numbers. The pointer must not outlive the memory.
  var pointer: UnsafeMutablePointer<Float> {
    unsafe base.assumingMemoryBound(to: Float.self)
  }
}
