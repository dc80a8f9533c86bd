import FileSystem
import SystemPackage

/// Whole files of data, gzipped or plain.
enum DataFile {
  /// The most bytes that a data file may unpack to: Fashion-MNIST as CSV has 0.13 GB.
  private static let limit = 8 << 30

  /// A file's bytes, unpacked where they are gzipped.
  static func contents(of path: FilePath) throws(DataError) -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try File.contents(of: path) } catch {
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
