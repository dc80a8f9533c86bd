import FoundationEssentials
public import SystemPackage

/// A folder that goes away with the test.
public final class TemporaryFolder {
  /// Where it is.
  public let path: FilePath

  /// Makes an empty one.
  public init() throws {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "hangtag-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  /// Writes a file, and the folders above it.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> FilePath {
    let file = path.appending(name)
    try FileManager.default.createDirectory(
      atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: file.string))
    return file
  }
}
