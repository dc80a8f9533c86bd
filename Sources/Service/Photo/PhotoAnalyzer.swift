public import Classification
import Digest
public import Imaging
import Threading

/// What Hangtag makes of a photo's bytes: digest, decode, preprocess, classify, decide. One
/// synchronous function; the daemon and `hangtag classify` share it. One a thread: it keeps every
/// buffer, so that a photo allocates nothing once warm.
public struct PhotoAnalyzer: ~Copyable {
  private var decoder: ImageDecoder
  private var image = RGBImage()
  private var preprocessor = Preprocessor()
  private var input = PreparedInput()
  private var probabilities: [Float] = []
  private var workspace: (model: ServingModel, memory: Classifier.Workspace)?

  /// Creates an analyzer that refuses photos beyond `limits`.
  public init(limits: DecodeLimits) {
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
    let sha256 = SHA256.hex(of: bytes)
    let start = MonotonicTime.now
    let info: ImageInfo
    do throws(DecodeError) {
      info = try decoder.decode(bytes, into: &image)
    } catch {
      return PhotoAnalysis(
        sha256: sha256, result: .failure(error), decodeTime: MonotonicTime.now - start,
        inferenceTime: .zero)
    }
    let decoded = MonotonicTime.now
    preprocessor.prepare(image, into: &input)
    let distance = classify(with: model)
    let decision = policy.decide(
      probabilities.span, distance: distance, measurements: input.measurements)
    return PhotoAnalysis(
      sha256: sha256, result: .success(.init(image: info, decision: decision)),
      decodeTime: decoded - start, inferenceTime: MonotonicTime.now - decoded)
  }

  /// The stages of the last photo that could be decoded, to be shown to a person.
  public var lastInput: PreparedInput { input }

  /// The probabilities of the last photo that could be decoded, in the order of the labels.
  public var lastProbabilities: [Float] { probabilities }

  /// Returns how unlike the training images it is.
  private mutating func classify(with model: ServingModel) -> Float {
    if workspace?.model !== model {
      workspace = (model, model.classifier.makeWorkspace())
    }
    guard let memory = workspace?.memory else { return 0 }
    return model.classifier.probabilities(of: input, into: &probabilities, workspace: memory)
  }
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
  /// From the first byte to the reduced picture.
  public let decodeTime: Duration
  /// From the reduced picture to the decision.
  public let inferenceTime: Duration
}
