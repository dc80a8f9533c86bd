import Classification
import FileSystem
import FoundationEssentials
import Imaging
import Manifest
import NeuralNetwork
import Service
import SystemPackage

/// Looks at photo files as the daemon would, without taking them.
struct PhotoObserver: ~Copyable {
  /// What was seen of one file.
  struct Sight {
    let observation: Observation
    /// What the network saw; nil where the photo could not be read.
    let view: NetworkView?
    /// Whether there is a file that can be opened.
    let isThere: Bool

    /// 0, or why not, by sysexits.h.
    var exitCode: Int32 {
      if !isThere { return Sysexits.noInput }
      return observation.error == nil ? 0 : Sysexits.badData
    }
  }

  /// The model that is asked.
  let model: ServingModel
  private let policy: DecisionPolicy
  private let limits: DecodeLimits
  private var analyzer: PhotoAnalyzer

  /// Loads the model that the settings name.
  init(_ configuration: Configuration) throws {
    let environment = ProcessInfo.processInfo.environment
    let model = try ServingModel(
      loading: configuration.modelPath,
      instructionSet: try InstructionSet.selected(environment: environment))
    let policy = try model.policy(for: configuration)
    self.model = model
    self.policy = policy
    limits = configuration.limits
    analyzer = PhotoAnalyzer(limits: limits)
  }

  /// Looks at one file.
  mutating func observe(_ path: FilePath) -> Sight {
    let bytes: [UInt8]
    do throws(ToolFailure) {
      guard let read = try contents(of: path) else {
        return Sight(
          observation: Observation(tooLarge: path, limits: limits, model: model), view: nil,
          isThere: true)
      }
      bytes = read
    } catch {
      return Sight(
        observation: Observation(unreadable: path, because: error.description, model: model),
        view: nil, isThere: false)
    }
    let analysis = analyzer.analyze(bytes.span, with: model, policy: policy)
    let observation = Observation(analysis, of: path, byteCount: bytes.count, model: model)
    guard observation.error == nil else {
      return Sight(observation: observation, view: nil, isThere: true)
    }
    let view = NetworkView(
      input: analyzer.lastInput, labels: model.labels,
      probabilities: analyzer.lastProbabilities)
    return Sight(observation: observation, view: view, isThere: true)
  }

  /// - Returns: nil where the file is larger than the limits allow.
  private func contents(of path: FilePath) throws(ToolFailure) -> [UInt8]? {
    var bytes: [UInt8] = []
    let kind: FileStatus.Kind
    do throws(FileSystemError) {
      let file = try File(reading: path)
      let status = try file.status()
      kind = status.kind
      if kind == .regular {
        if status.size > limits.maximumBytes { return nil }
        try file.readAll(into: &bytes, limit: limits.maximumBytes)
      }
    } catch {
      throw .noInput(
        error.isNotFound ? "There is no such file." : "The file cannot be read: \(error.errno).")
    }
    switch kind {
    case .regular: return bytes
    case .directory:
      throw .noInput("This is a folder; name the photos in it, such as \(path)/*.jpg.")
    case .symbolicLink, .other: throw .noInput("This is no regular file.")
    }
  }
}
