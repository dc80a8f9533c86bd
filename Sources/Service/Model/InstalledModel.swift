import FileSystem
import Glibc
public import SystemPackage

/// Where the programs find the model that was installed with them.
public enum InstalledModel {
  /// The default model's place relative to the installation prefix.
  static let location: FilePath = "share/hangtag/models/hangtag.safetensors"

  /// The default model below the prefix that the running program was installed in, so that an
  /// installation can be moved as a whole: `PREFIX/bin/hangtag` has `PREFIX/share/hangtag`.
  public static func path() -> FilePath {
    let prefix = executable()?.removingLastComponent().removingLastComponent()
    return (prefix ?? "/usr").appending(location.components)
  }

  private static func executable() -> FilePath? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let length = unsafe readlink("/proc/self/exe", start, buffer.count - 1)
      guard length > 0 else { return nil }
      unsafe buffer[length] = 0
      return unsafe FilePath(platformString: start)
    }
  }
}
