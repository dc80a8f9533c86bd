public import Classification
import Digest
public import Imaging
import Threading

/// What Hangtag makes of a photo's bytes: digest, decode, preprocess, classify, decide. Synchronous;
/// the daemon and `hangtag classify` share it. One a thread: it keeps its large buffers.
public struct PhotoAnalyzer: ~Copyable {
  private var decoder: ImageDecoder
  private var image = RGBImage()
  private var preprocessor = Preprocessor()
  private let trace: Trace?
  private var workspace: Workspace?

  /// Memory for the network, and for how many photos at once.
  private struct Workspace {
    let model: ServingModel
    let photos: Int
    let memory: Classifier.Workspace
  }

  /// The input of the last photo that was classified, to be shown to a person.
  public private(set) var lastInput = PreparedInput()
  /// Its probabilities, in the order of the labels.
  public private(set) var lastProbabilities: [Float] = []

  /// Creates an analyzer that refuses photos beyond `limits`.
  /// - Parameter trace: takes the times of the stages.
  public init(limits: DecodeLimits, trace: Trace? = nil) {
    self.trace = trace
    decoder = ImageDecoder(limits: limits)
  }

  /// Analyzes one photo.
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - model: the model in force.
  ///   - policy: what is sent to review.
  public mutating func analyze(
    _ bytes: Span<UInt8>, with model: ServingModel, policy: DecisionPolicy
  ) -> PhotoAnalysis {
    let photo = prepare(bytes)
    return classify([photo], with: model, policy: policy)[0]
  }

  /// The first half of an analysis: all that needs the bytes, and no model.
  mutating func prepare(_ bytes: Span<UInt8>) -> PreparedPhoto {
    let start = MonotonicTime.now
    let sha256 = SHA256.hex(of: bytes)
    let digested = MonotonicTime.now
    trace?.add(.digest, since: start)
    let info: ImageInfo
    do throws(DecodeError) {
      info = try decoder.decode(bytes, into: &image)
    } catch {
      trace?.add(.decode, since: digested)
      return PreparedPhoto(
        sha256: sha256, result: .failure(error), decodeTime: MonotonicTime.now - digested,
        preparationTime: .zero)
    }
    trace?.add(.decode, since: digested)
    let decoded = MonotonicTime.now
    var input = PreparedInput()
    preprocessor.prepare(image, into: &input)
    trace?.add(.prepare, since: decoded)
    return PreparedPhoto(
      sha256: sha256, result: .success(.init(image: info, input: input)),
      decodeTime: decoded - digested, preparationTime: MonotonicTime.now - decoded)
  }

  /// The second half, for some photos at once: the network takes less time for two together than for one
  /// after the other. What it says of a photo does not depend on the others.
  mutating func classify(
    _ photos: [PreparedPhoto], with model: ServingModel, policy: DecisionPolicy
  ) -> [PhotoAnalysis] {
    let inputs = photos.compactMap { try? $0.result.get().input }
    let start = MonotonicTime.now
    let answers = ask(model, about: inputs)
    let time = (MonotonicTime.now - start) / max(1, inputs.count)
    if let last = inputs.last, let answer = answers.last {
      lastInput = last
      lastProbabilities = answer.probabilities
      trace?.add(.classify, since: start, count: inputs.count)
    }
    var answered = 0
    return photos.map { photo in
      let result = photo.result.map { read in
        let answer = answers[answered]
        answered += 1
        let decision = policy.decide(
          answer.probabilities.span, distance: answer.distance,
          measurements: read.input.measurements)
        return PhotoAnalysis.Classified(image: read.image, decision: decision)
      }
      return PhotoAnalysis(
        sha256: photo.sha256, result: result, decodeTime: photo.decodeTime,
        inferenceTime: photo.preparationTime + time)
    }
  }

  /// What the network says of each photo.
  private mutating func ask(
    _ model: ServingModel, about inputs: [PreparedInput]
  ) -> [(probabilities: [Float], distance: Float)] {
    if inputs.isEmpty { return [] }
    let classifier = model.classifier
    let categories = classifier.categories.count
    let memory = workspace(for: model, photos: inputs.count)
    let pixels = inputs.flatMap(\.pixels)
    var probabilities = [Float](repeating: 0, count: inputs.count * categories)
    var distances = [Float](repeating: 0, count: inputs.count)
    var probabilitySpan = probabilities.mutableSpan
    var distanceSpan = distances.mutableSpan
    classifier.probabilities(
      of: pixels.span, count: inputs.count, into: &probabilitySpan, distances: &distanceSpan,
      workspace: memory)
    return inputs.indices.map { photo in
      (Array(probabilities[photo * categories..<(photo + 1) * categories]), distances[photo])
    }
  }

  private mutating func workspace(
    for model: ServingModel, photos: Int
  ) -> Classifier.Workspace {
    if let workspace, workspace.model === model, workspace.photos >= photos {
      return workspace.memory
    }
    let memory = model.classifier.makeWorkspace(batch: photos)
    workspace = Workspace(model: model, photos: photos, memory: memory)
    return memory
  }
}

/// A photo that has been read and waits for the network.
struct PreparedPhoto: Sendable {
  /// A photo that could be decoded.
  struct Read: Sendable {
    let image: ImageInfo
    let input: PreparedInput
  }

  /// SHA-256 of the bytes, in hexadecimal.
  let sha256: String
  let result: Result<Read, DecodeError>
  /// From the bytes to the reduced picture.
  let decodeTime: Duration
  /// From the reduced picture to the network's input.
  let preparationTime: Duration
}

/// The outcome of one photo's analysis.
public struct PhotoAnalysis: Sendable {
  /// A photo that was read and classified.
  public struct Classified: Sendable {
    /// The photo as it is.
    public let image: ImageInfo
    /// What the policy says.
    public let decision: Decision
  }

  /// SHA-256 of the bytes, in hexadecimal.
  public let sha256: String
  /// The classification, or why the photo could not be read.
  public let result: Result<Classified, DecodeError>
  /// From the bytes to the reduced picture.
  public let decodeTime: Duration
  /// From the reduced picture to the decision.
  public let inferenceTime: Duration
}
