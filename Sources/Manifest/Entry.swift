/// The record of one claim, as it stands in the journal and in a sealed manifest.
///
/// Its JSON is described by `etc/manifest.schema.json`. Unknown keys are tolerated when it is read.
public struct Entry: Sendable, Equatable {
  /// What became of a photo.
  public enum Outcome: String, Sendable, Equatable, Decodable, CaseIterable {
    /// Classified, and sure enough of it.
    case accepted
    /// Classified, but a person should look.
    case review
    /// Not classified: `error` says why.
    case rejected
  }

  /// One of the labels that the model knows.
  public struct Category: Sendable, Hashable, Decodable {
    /// The label's place in the model's list, from 0.
    public let index: Int
    /// The label as the model has it, such as `Ankle boot`.
    public let label: String
    /// The label as a folder's name, such as `ankle-boot`.
    public let slug: String

    /// Creates a category.
    public init(index: Int, label: String, slug: String) {
      self.index = index
      self.label = label
      self.slug = slug
    }
  }

  /// A category that the photo was not put in, and its probability.
  public struct Alternative: Sendable, Equatable, Decodable {
    /// The label as the model has it.
    public let label: String
    /// A calibrated probability, cut to four decimals.
    public let confidence: Double

    /// Creates an alternative; its probability is cut to four decimals.
    public init(label: String, confidence: Double) {
      self.label = label
      self.confidence = Confidence.shown(confidence)
    }
  }

  /// Why a photo was rejected.
  public struct Failure: Sendable, Equatable, Decodable {
    /// One of an open list: `truncated`, `corrupt`, `too_large`, ...
    public let code: String
    /// One sentence for a person.
    public let message: String

    /// Creates a reason for a rejection.
    public init(code: String, message: String) {
      self.code = code
      self.message = message
    }
  }

  /// The photo as it is, before any reduction.
  public struct Image: Sendable, Equatable, Decodable {
    /// The format of its bytes, such as `jpeg`, whatever its name says.
    public let format: String
    /// Pixels across, upright.
    public let width: Int
    /// Pixels down, upright.
    public let height: Int
    /// The file's size.
    public let bytes: Int

    /// Creates the description of a photo.
    public init(format: String, width: Int, height: Int, bytes: Int) {
      self.format = format
      self.width = width
      self.height = height
      self.bytes = bytes
    }
  }

  /// The weights file in force when the photo was handled.
  public struct Model: Sendable, Equatable, Decodable {
    /// The file's name without its extension.
    public let name: String
    /// SHA-256 of the file, 64 hexadecimal digits in lower case.
    public let sha256: String

    /// Creates the name of a model.
    public init(name: String, sha256: String) {
      self.name = name
      self.sha256 = sha256
    }
  }

  /// No sequence comes so far: every reader of JSON takes smaller numbers exactly (RFC 8259, section
  /// 6), and no sum of them overflows. One that does is damage.
  static let sequenceLimit = 1 << 53

  /// The entry's place in its stream, from 1.
  public let sequence: Int
  /// The claim's identity, unique for ever.
  public let claim: String
  /// The photo's path below the inbox.
  public let source: RecordedPath
  /// SHA-256 of the photo's bytes, 64 hexadecimal digits in lower case; nil where they could not be
  /// read, or were too many, which only a rejected photo's entry may say.
  public let sha256: String?
  /// What became of the photo.
  public let outcome: Outcome
  /// What the photo shows; nil exactly for a rejected photo.
  public let category: Category?
  /// The category's calibrated probability, cut to four decimals; nil exactly for a rejected photo.
  public let confidence: Double?
  /// Why a person should look, from an open list: `below_threshold`, `ambiguous`, ...
  public let reasons: [String]
  /// The next most probable categories, best first.
  public let alternatives: [Alternative]
  /// Why the photo was rejected; nil exactly where it was not.
  public let error: Failure?
  /// Where the photo is put, below the state directory.
  public let storedAs: RecordedPath
  /// The photo as it is; nil where it could not be decoded.
  public let image: Image?
  /// The weights file in force.
  public let model: Model
  /// When the photo was claimed.
  public let receivedAt: Timestamp
  /// When the decision fell.
  public let classifiedAt: Timestamp
  /// The claim whose entry this one replaces, where there is one.
  public let supersedes: String?
}

extension Entry: ClassifiedPhoto {
  /// Whether a person should look: exactly where the outcome is `review`.
  public var lowConfidence: Bool { outcome == .review }
}
