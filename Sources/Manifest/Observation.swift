import JSON

/// What Hangtag says of a photo that is not in its care, as `hangtag classify` shows it: an entry
/// without its place in the stream, without a claim, and without a place where the photo is kept.
public struct Observation: Sendable, Equatable, ClassifiedPhoto {
  /// The photo's path as it was given.
  public let source: RecordedPath
  /// SHA-256 of the photo's bytes, 64 hexadecimal digits in lower case; nil where they could not be
  /// read, or were too many.
  public let sha256: String?
  /// What would become of the photo.
  public let outcome: Entry.Outcome
  /// What the photo shows; nil exactly where it would be rejected.
  public let category: Entry.Category?
  /// The category's calibrated probability, cut to four decimals.
  public let confidence: Double?
  /// Why a person should look, from an open list.
  public let reasons: [String]
  /// The next most probable categories, best first.
  public let alternatives: [Entry.Alternative]
  /// Why the photo would be rejected.
  public let error: Entry.Failure?
  /// The photo as it is; nil where it could not be decoded.
  public let image: Entry.Image?
  /// The weights file that was asked.
  public let model: Entry.Model

  /// Creates an observation.
  public init(
    source: RecordedPath, sha256: String?, verdict: EntryDraft.Verdict, image: Entry.Image?,
    model: Entry.Model
  ) {
    let parts = verdict.parts
    self.source = source
    self.sha256 = sha256
    outcome = parts.outcome
    category = parts.finding?.category
    confidence = parts.finding.map { Confidence.shown($0.confidence) }
    reasons = parts.reasons
    alternatives = parts.finding?.alternatives ?? []
    error = parts.failure
    self.image = image
    self.model = model
  }

  /// Whether a person should look.
  public var lowConfidence: Bool { outcome == .review }

  /// One line of JSON with its line feed; the keys are an entry's, as far as they have a meaning
  /// here.
  public var line: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.verdict(self)
      writer.origin(self)
    }
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}

/// What entries and observations say alike, for the one place that writes it.
protocol ClassifiedPhoto {
  var source: RecordedPath { get }
  var sha256: String? { get }
  var outcome: Entry.Outcome { get }
  var category: Entry.Category? { get }
  var confidence: Double? { get }
  var lowConfidence: Bool { get }
  var reasons: [String] { get }
  var alternatives: [Entry.Alternative] { get }
  var error: Entry.Failure? { get }
  var image: Entry.Image? { get }
  var model: Entry.Model { get }
}
