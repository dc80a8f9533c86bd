import Digest
import FileSystem
public import NeuralNetwork
public import SystemPackage
import Threading

/// A weights file that has been read and checked by the rules of its form.
public struct ModelFile: Sendable {
  /// A file larger than this is no model of ours.
  public static let sizeLimit = 256 << 20

  /// Where it was read.
  public let path: FilePath
  /// The file as it was when it was opened, to tell it from another one in its place.
  public let status: FileStatus
  /// SHA-256 of the file, in hexadecimal.
  public let sha256: String
  /// What the file describes.
  public let model: Model

  /// Reads and checks the file at `path`.
  public init(reading path: FilePath) throws(ServingModelError) {
    let bytes: [UInt8]
    do throws(FileSystemError) {
      let opened = try File(reading: path)
      status = try opened.status()
      var contents: [UInt8] = []
      try opened.readAll(into: &contents, limit: Self.sizeLimit)
      bytes = contents
    } catch {
      throw Self.failure(error, at: path)
    }
    do throws(ModelError) {
      (sha256, model) = try alongside(
        { Self.digest(bytes) }, on: "digest"
      ) { () throws(ModelError) in
        try Model(name: path.lastComponent?.stem ?? "model", bytes: bytes)
      }
    } catch {
      throw .invalid(path, rule: error.rule, reason: error.message)
    }
    self.path = path
  }

  /// Whether there is a file that can be opened, before anything else is begun.
  public static func checkOpens(_ path: FilePath) throws(ServingModelError) {
    do throws(FileSystemError) { _ = try File(reading: path) } catch {
      throw failure(error, at: path)
    }
  }

  private static func failure(_ error: FileSystemError, at path: FilePath) -> ServingModelError {
    error.isNotFound ? .missing(path) : .unreadable(error)
  }

  private static func digest(_ bytes: [UInt8]) -> String { SHA256.hex(of: bytes.span) }

  /// The digest of the file at a path, in hexadecimal; nil where it cannot be read.
  public static func sha256(of path: FilePath) -> String? {
    guard let bytes = try? File.contents(of: path, limit: sizeLimit) else { return nil }
    return digest(bytes)
  }
}
