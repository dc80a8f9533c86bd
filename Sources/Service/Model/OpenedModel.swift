import Digest
import FileSystem
import NeuralNetwork
import SystemPackage

/// A weights file that is being read.
final class OpenedModel: SafetensorsSource {
  /// Bytes read at once for the digest: they stay in a core's cache.
  private static let piece = 128 << 10

  private let file: File
  /// The file as it was when it was opened.
  let status: FileStatus

  /// In bytes; of a longer file only the first `ModelFile.sizeLimit` are looked at.
  var count: Int { min(Int(status.size), ModelFile.sizeLimit) }

  init(_ path: FilePath) throws(FileSystemError) {
    file = try File(reading: path)
    status = try file.status()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SafetensorsError) {
    let read: Int
    do throws(FileSystemError) {
      read = try unsafe file.read(into: buffer, at: Int64(offset))
    } catch {
      throw .unreadable(reason: error.description)
    }
    guard read == buffer.count else { throw .unreadable(reason: "it has become shorter") }
  }

  /// SHA-256 of the whole file, in hexadecimal.
  func digest() throws(FileSystemError) -> String {
    var digest = SHA256()
    var bytes = [UInt8](repeating: 0, count: Self.piece)
    for start in stride(from: 0, to: count, by: Self.piece) {
      let read = try file.read(into: &bytes, at: Int64(start))
      digest.update(bytes.span.extracting(first: min(read, count - start)))
    }
    return digest.finish()
  }

  /// Whether the file is still the one that was opened: it is read a part at a time.
  func isUnchanged() throws(FileSystemError) -> Bool {
    try file.status().sameContent(as: status)
  }
}
