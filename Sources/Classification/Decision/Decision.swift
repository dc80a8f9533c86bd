/// What becomes of a classified photo.
public struct Decision: Sendable, Equatable {
  /// Where the photo goes.
  public enum Outcome: String, Sendable {
    /// The category is believed.
    case accepted
    /// A person should look.
    case review
  }

  /// A category that was not chosen.
  public struct Alternative: Sendable, Equatable {
    /// Its place in the model's labels.
    public let index: Int
    /// Its probability, 0 to 1.
    public let confidence: Double
  }

  /// `review` exactly when there are reasons.
  public var outcome: Outcome { reasons.isEmpty ? .accepted : .review }
  /// The most probable category's place in the model's labels.
  public let index: Int
  /// Its probability, 0 to 1.
  public let confidence: Double
  /// Why a person should look, in the order of ``Reason``.
  public let reasons: [Reason]
  /// The next two categories, the more probable first; fewer where the model has fewer.
  public let alternatives: [Alternative]
}
