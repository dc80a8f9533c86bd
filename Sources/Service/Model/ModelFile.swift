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
    let opened: OpenedModel
    do throws(FileSystemError) { opened = try OpenedModel(path) } catch {
      throw Self.failure(error, at: path)
    }
    // Twice, side by side: the digest of a file in memory would have to wait for all of it.
    let (digest, model) = alongside(
      { Result { () throws(FileSystemError) in try opened.digest() } }, on: "digest"
    ) {
      Result { () throws(ModelError) in
        try Model(name: path.lastComponent?.stem ?? "model", source: opened)
      }
    }
    let isUnchanged: Bool
    do throws(FileSystemError) {
      sha256 = try digest.get()
      isUnchanged = try opened.isUnchanged()
    } catch {
      throw Self.failure(error, at: path)
    }
    guard isUnchanged else { throw .changed(path) }
    do throws(ModelError) { self.model = try model.get() } catch {
      throw .invalid(path, rule: error.rule, reason: error.message)
    }
    status = opened.status
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

  /// The digest of the file at a path, in hexadecimal; nil where it cannot be read.
  public static func sha256(of path: FilePath) -> String? {
    try? OpenedModel(path).digest()
  }
}
