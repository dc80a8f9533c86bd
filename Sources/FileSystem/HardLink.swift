import Glibc
public import SystemPackage

extension Directory {
  /// Gives the file `name` a second name, which must be free: EEXIST where it is taken. Some file
  /// systems know no second names (EPERM, ENOTSUP).
  public func link(_ name: FilePath, as second: FilePath) throws(FileSystemError) {
    try retrying("linkat", path.pushing(second)) {
      unsafe name.withPlatformString { old in
        unsafe second.withPlatformString { new in
          unsafe linkat(descriptor, old, descriptor, new, 0)
        }
      }
    }
  }
}
