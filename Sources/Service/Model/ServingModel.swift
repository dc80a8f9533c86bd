public import Classification
import FileSystem
public import NeuralNetwork
public import SystemPackage
import Threading

/// A model made ready to classify. Immutable; shared by all workers, and replaced as a whole when
/// another file takes its place. Of the file's tensors it keeps only the classifier's own form.
public final class ServingModel: Sendable {
  /// The file it was read from.
  public let path: FilePath
  /// The file as it was when it was opened, to tell it from another one in its place.
  public let file: FileStatus
  /// SHA-256 of the file, in hexadecimal.
  public let sha256: String
  /// The categories' labels, in the order of the network's outputs.
  public let labels: [String]
  /// The model at work.
  public let classifier: Classifier

  /// What it is called: its file's name without the extension.
  public var name: String { classifier.name }

  /// Prepares the model of a file.
  public init(_ file: ModelFile, instructionSet: InstructionSet) throws(ServingModelError) {
    do throws(ClassifierError) {
      classifier = try Classifier(file.model, instructionSet: instructionSet)
    } catch {
      throw .invalid(file.path, rule: error.code.rawValue, reason: error.message)
    }
    path = file.path
    self.file = file.status
    sha256 = file.sha256
    labels = file.model.labels
  }

  /// Reads, checks and prepares the model in the file at `path`.
  public convenience init(
    loading path: FilePath, instructionSet: InstructionSet
  ) throws(ServingModelError) {
    try self.init(try ModelFile(reading: path), instructionSet: instructionSet)
  }

  /// A model that has been read, checked, and run on built-in pictures: fit to serve.
  ///
  /// - Parameter others: the instruction sets whose answers must be the same; nil: the next slower
  ///   one, because a start waits for it.
  public static func rehearsed(
    _ path: FilePath, instructionSet: InstructionSet, comparedWith others: [InstructionSet]? = nil
  ) throws(ServingModelError) -> ServingModel {
    let rehearsal = try ModelRehearsal(
      of: try ModelFile(reading: path), on: instructionSet,
      comparedWith: others ?? [instructionSet.nextSlower].compactMap(\.self))
    // What only the preparation needed goes back to the kernel. Nobody waits for it.
    _ = WorkerThread(name: "trim") { Heap.trim() }
    return rehearsal.serving
  }
}

extension ServingModel {
  /// What is accepted: by the configuration's threshold, else by its target precision, else as the
  /// model was calibrated.
  ///
  /// - Throws: where the model's calibration does not prove the precision that is asked for.
  public func policy(for configuration: Configuration) throws(ServingModelError) -> DecisionPolicy {
    let calibration = classifier.calibration
    var threshold = configuration.threshold
    if threshold == nil, let target = configuration.targetPrecision {
      guard let choice = calibration?.choice(precision: target) else {
        throw .unprovenPrecision(
          path, target: target, best: calibration?.safestChoice?.lowerBound)
      }
      threshold = choice.threshold
    }
    return DecisionPolicy(calibration: calibration, threshold: threshold)
  }
}

/// Why a weights file cannot serve.
public enum ServingModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no such file.
  case missing(FilePath)
  /// The file cannot be read.
  case unreadable(FileSystemError)
  /// The file was written to while it was read: it may be whole in a moment.
  case changed(FilePath)
  /// The file breaks a rule of the model file's form.
  case invalid(FilePath, rule: String, reason: String)
  /// No threshold is known to reach the precision that the configuration asks for; `best` is the
  /// highest that one is known to reach.
  case unprovenPrecision(FilePath, target: Double, best: Double?)

  /// The exit code of sysexits.h.
  public var exitCode: Int32 {
    switch self {
    case .missing, .unreadable: 66
    case .changed: Sysexits.tryAgain
    case .invalid: 65
    case .unprovenPrecision: Sysexits.configuration
    }
  }

  /// A whole sentence: what is wrong and what to do.
  public var description: String {
    switch self {
    case .missing(let path):
      "There is no model at \(path). Name a weights file with --model or the key `model`."
    case .unreadable(let error):
      "The model cannot be read: \(error). Check its permissions."
    case .changed(let path):
      "\(path) was changed while it was read. Replace it with a rename, as `hangtag model install` does."
    case .invalid(let path, let rule, let reason):
      "\(path) is not a usable model (\(rule)): \(reason)"
    case .unprovenPrecision(let path, let target, let best):
      "target_precision is \(target), and the calibration in \(path) "
        + (best.map { "proves at most \(($0 * 10_000).rounded(.down) / 10_000)" }
          ?? "proves nothing")
        + ". Lower it, or calibrate the model on more images with `hangtag calibrate`."
    }
  }
}
