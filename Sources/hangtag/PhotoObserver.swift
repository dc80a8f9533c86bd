import Classification
import FileSystem
import FoundationEssentials
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
    analyzer = PhotoAnalyzer(limits: configuration.limits)
  }

  /// Looks at one file.
  /// - Parameter shown: the path as it stands in the observation.
  mutating func observe(_ path: FilePath, shown: FilePath? = nil) -> Sight {
    let name = shown ?? path
    let bytes: [UInt8]
    do throws(ToolFailure) {
      bytes = try Self.contents(of: path)
    } catch {
      return Sight(
        observation: Observation(unreadable: name, because: error.description, model: model),
        view: nil, isThere: false)
    }
    let analysis = analyzer.analyze(bytes.span, with: model, policy: policy)
    let observation = Observation(analysis, of: name, byteCount: bytes.count, model: model)
    guard observation.error == nil else {
      return Sight(observation: observation, view: nil, isThere: true)
    }
    let view = NetworkView(
      input: analyzer.lastInput, labels: model.labels,
      probabilities: analyzer.lastProbabilities)
    return Sight(observation: observation, view: view, isThere: true)
  }

  private static func contents(of path: FilePath) throws(ToolFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    let kind: FileStatus.Kind
    do throws(FileSystemError) {
      let file = try File(reading: path)
      kind = try file.status().kind
      if kind == .regular { try file.readAll(into: &bytes, limit: .max) }
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
