import CLinux

/// The memory that the C library hands out.
public enum Heap {
  /// Returns what is unused to the kernel, after work that needed much more than what follows.
  public static func trim() { linux_malloc_trim() }
}
