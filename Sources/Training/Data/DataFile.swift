import FileSystem
import SystemPackage

/// Whole files of data, gzipped or plain.
enum DataFile {
  /// The most bytes that a data file may have, also unpacked: Fashion-MNIST as CSV has 0.13 GB.
  private static let largest = 2 << 30

  /// A file's bytes, unpacked where they are gzipped.
  ///
  /// - Parameter limit: The most bytes.
  static func contents(
    of path: FilePath, limit: Int = largest
  ) throws(DataError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(FileSystemError) {
      let size = try File(reading: path).status().size
      guard size <= limit else {
        throw FileSystemError(call: "read", path: path, errno: .fileTooLarge)
      }
      bytes = try File.contents(of: path, limit: limit)
    } catch {
      throw DataError(.unreadable, path, "it cannot be read: \(error.errno)")
    }
    guard Zlib.isGzip(bytes) else { return bytes }
    do { return try Zlib.gunzip(bytes, limit: limit) } catch {
      throw DataError(.format, path, "\(error.message); fetch it again")
    }
  }

  /// Whether there is something under this path.
  static func exists(_ path: FilePath) -> Bool {
    (try? File(reading: path)) != nil
  }
}
