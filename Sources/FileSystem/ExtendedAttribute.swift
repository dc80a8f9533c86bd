import CLinux
import Glibc

extension File {
  /// Reads a small note that is attached to the file beside its content, xattr(7).
  /// - Parameter name: with its name space, such as `user.hangtag.supersedes`.
  /// - Returns: nil where there is none, or the file system keeps none, or it is over 256 bytes.
  public func extendedAttribute(_ name: String) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: 256)
    let count = unsafe linux_get_attribute(descriptor, name, &value, value.count)
    return count < 0 ? nil : [UInt8](value.prefix(count))
  }

  /// Attaches a note to the file; its content does not change.
  /// - Throws: ENOTSUP where the file system keeps none.
  public func setExtendedAttribute(_ name: String, _ value: [UInt8]) throws(FileSystemError) {
    try once("fsetxattr", path) { unsafe linux_set_attribute(descriptor, name, value, value.count) }
  }

  /// Takes a note off the file. None there is no error.
  public func removeExtendedAttribute(_ name: String) throws(FileSystemError) {
    if unsafe linux_remove_attribute(descriptor, name) == 0 || Glibc.errno == ENODATA { return }
    throw .last("fremovexattr", path)
  }
}
