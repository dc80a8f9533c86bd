/// An entry that has no place in the stream yet: everything but the sequence, which `Ledger.append`
/// gives.
public struct EntryDraft: Sendable, Equatable {
  /// What the classifier found.
  public struct Finding: Sendable, Equatable {
    /// The most probable category.
    public var category: Entry.Category
    /// Its calibrated probability, from 0 to 1.
    public var confidence: Double
    /// The next most probable categories, best first.
    public var alternatives: [Entry.Alternative]

    /// Creates a finding.
    public init(
      category: Entry.Category, confidence: Double, alternatives: [Entry.Alternative]
    ) {
      self.category = category
      self.confidence = confidence
      self.alternatives = alternatives
    }
  }

  /// What became of the photo, with just what belongs to it: no accepted photo has an error, and no
  /// rejected one a category.
  public enum Verdict: Sendable, Equatable {
    /// Classified, and sure enough of it.
    case accepted(Finding)
    /// Classified, but a person should look, for these reasons.
    case review(Finding, reasons: [String])
    /// Not classified.
    case rejected(Entry.Failure)
  }

  /// The claim's identity, unique for ever.
  public var claim: String
  /// The photo's path below the inbox.
  public var source: RecordedPath
  /// SHA-256 of the photo's bytes in hexadecimal; nil where they could not be read.
  public var sha256: String?
  /// What became of the photo.
  public var verdict: Verdict
  /// Where the photo is put, below the state directory.
  public var storedAs: RecordedPath
  /// The photo as it is; nil where it could not be decoded.
  public var image: Entry.Image?
  /// The weights file in force.
  public var model: Entry.Model
  /// When the photo was claimed.
  public var receivedAt: Timestamp
  /// When the decision fell.
  public var classifiedAt: Timestamp
  /// The claim whose entry this one replaces, where there is one.
  public var supersedes: String?

  /// Creates a draft.
  public init(
    claim: String, source: RecordedPath, sha256: String?, verdict: Verdict,
    storedAs: RecordedPath, image: Entry.Image?, model: Entry.Model, receivedAt: Timestamp,
    classifiedAt: Timestamp, supersedes: String? = nil
  ) {
    self.claim = claim
    self.source = source
    self.sha256 = sha256
    self.verdict = verdict
    self.storedAs = storedAs
    self.image = image
    self.model = model
    self.receivedAt = receivedAt
    self.classifiedAt = classifiedAt
    self.supersedes = supersedes
  }
}

extension EntryDraft.Verdict {
  /// The verdict as the members of an entry have it.
  var parts:
    (
      outcome: Entry.Outcome, finding: EntryDraft.Finding?, reasons: [String],
      failure: Entry.Failure?
    )
  {
    switch self {
    case .accepted(let finding): (.accepted, finding, [], nil)
    case .review(let finding, let reasons): (.review, finding, reasons, nil)
    case .rejected(let failure): (.rejected, nil, [], failure)
    }
  }
}

extension Entry {
  /// Gives a draft its place in the stream.
  init(_ draft: EntryDraft, sequence: Int) {
    self.sequence = sequence
    claim = draft.claim
    source = draft.source
    sha256 = draft.sha256
    let parts = draft.verdict.parts
    outcome = parts.outcome
    category = parts.finding?.category
    confidence = parts.finding.map { Confidence.shown($0.confidence) }
    reasons = parts.reasons
    alternatives = parts.finding?.alternatives ?? []
    error = parts.failure
    storedAs = draft.storedAs
    image = draft.image
    model = draft.model
    receivedAt = draft.receivedAt
    classifiedAt = draft.classifiedAt
    supersedes = draft.supersedes
  }
}
