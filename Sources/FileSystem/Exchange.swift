import CLinux
public import SystemPackage

extension Directory {
  /// Gives each of two files the other's name, in one step: at every moment there is a file under
  /// both names. Some file systems cannot (EINVAL).
  public func exchange(_ one: FilePath, _ other: FilePath) throws(FileSystemError) {
    try retrying("renameat2", path.pushing(one)) {
      unsafe one.withPlatformString { first in
        unsafe other.withPlatformString { second in
          unsafe linux_rename_exchange(descriptor, first, second)
        }
      }
    }
  }
}
