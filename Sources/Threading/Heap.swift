import CLinux

/// The memory that the C library hands out.
public enum Heap {
  /// In bytes.
  private static let largeBlock: Int32 = 128 << 10

  /// Gives large blocks pages of their own from now on, also after the C library has seen such come
  /// and go. For buffers that are kept, and replaced where a larger one is needed: in a heap each
  /// leaves a hole.
  public static func mapLargeBlocks() { linux_malloc_map_from(largeBlock) }

  /// Returns what is unused to the kernel, after work that needed much more than what follows.
  public static func trim() { linux_malloc_trim() }
}
