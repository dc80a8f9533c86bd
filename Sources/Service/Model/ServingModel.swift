public import Classification
import Digest
import FileSystem
public import NeuralNetwork
public import SystemPackage
import Threading

/// A weights file that has been read, checked and made ready to classify. Immutable; shared by all
/// workers, and replaced as a whole when another file takes its place.
public final class ServingModel: Sendable {
  /// A file larger than this is no model of ours.
  public static let sizeLimit = 256 << 20

  /// The file it was read from.
  public let path: FilePath
  /// The file as it was when it was opened, to tell it from another one in its place.
  public let file: FileStatus
  /// SHA-256 of the file, in hexadecimal.
  public let sha256: String
  /// The model as the file describes it.
  public let model: Model
  /// The model at work.
  public let classifier: Classifier

  /// Reads, checks and prepares the model in the file at `path`.
  public init(
    loading path: FilePath, instructionSet: InstructionSet
  ) throws(ServingModelError) {
    var bytes: [UInt8] = []
    do throws(FileSystemError) {
      let opened = try File(reading: path)
      file = try opened.status()
      try opened.readAll(into: &bytes, limit: Self.sizeLimit)
    } catch {
      throw error.isNotFound ? .missing(path) : .unreadable(error)
    }
    do throws(ModelError) {
      model = try Model(name: path.lastComponent?.stem ?? "model", bytes: bytes)
    } catch {
      throw .invalid(path, rule: error.rule, reason: error.message)
    }
    do throws(ClassifierError) {
      classifier = try Classifier(model, instructionSet: instructionSet)
    } catch {
      throw .invalid(path, rule: error.code.rawValue, reason: error.message)
    }
    self.path = path
    sha256 = SHA256.hex(of: bytes.span)
  }

  /// The digest of the file at a path, in hexadecimal; nil where it cannot be read.
  public static func sha256(of path: FilePath) -> String? {
    guard let bytes = try? File.contents(of: path, limit: sizeLimit) else { return nil }
    return SHA256.hex(of: bytes.span)
  }

  /// A model that has been read, checked, and run on built-in pictures: fit to serve.
  public static func rehearsed(
    _ path: FilePath, instructionSet: InstructionSet
  ) throws(ServingModelError) -> ServingModel {
    let model = try ServingModel(loading: path, instructionSet: instructionSet)
    _ = try ModelRehearsal(of: model, comparedWith: [.baseline])
    // The file's bytes and the other instruction set's weights are no longer needed.
    Heap.trim()
    return model
  }
}

/// Why a weights file cannot serve.
public enum ServingModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no such file.
  case missing(FilePath)
  /// The file cannot be read.
  case unreadable(FileSystemError)
  /// The file breaks a rule of the model file's form.
  case invalid(FilePath, rule: String, reason: String)

  /// The exit code of sysexits.h.
  public var exitCode: Int32 {
    switch self {
    case .missing, .unreadable: 66
    case .invalid: 65
    }
  }

  /// A whole sentence: what is wrong and what to do.
  public var description: String {
    switch self {
    case .missing(let path):
      "There is no model at \(path). Name a weights file with --model or the key `model`."
    case .unreadable(let error):
      "The model cannot be read: \(error). Check its permissions."
    case .invalid(let path, let rule, let reason):
      "\(path) is not a usable model (\(rule)): \(reason)"
    }
  }
}
