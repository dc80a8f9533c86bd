public import Classification

/// What the decision policy made of labelled images: how much it accepted, and how much of that was
/// right.
public struct DecisionSummary: Sendable, Equatable, Codable {
  /// A share of some images with its 95% interval.
  public struct Share: Sendable, Equatable, Codable {
    /// How many.
    public let count: Int
    /// Of how many.
    public let of: Int
    /// The share's 95% interval.
    public let interval: Interval

    init(_ count: Int, of total: Int) {
      self.count = count
      of = total
      interval = Interval(wilson: count, of: total)
    }
  }

  /// The images of the model's categories that were accepted.
  public let accepted: Share
  /// Of the accepted, those in the right category.
  public let acceptedRight: Share
  /// Of the images of other things, those sent to review; nil where there are none.
  public let strangersReviewed: Share?
  /// How many images of the model's categories each reason sent to review; an image may have several.
  public let reasons: [String: Int]

  private enum CodingKeys: String, CodingKey {
    case accepted, reasons
    case acceptedRight = "accepted_right"
    case strangersReviewed = "strangers_reviewed"
  }

  /// Decides about images of the model's categories, and about others.
  ///
  /// - Parameters:
  ///   - measurements: What the preprocessing saw of each; nil for images that did not come through
  ///     it.
  ///   - strangers: Of other things.
  init(
    _ predictions: Predictions, _ measurements: [PreparedInput.Measurements]?,
    strangers: (Predictions, [PreparedInput.Measurements])?, policy: DecisionPolicy
  ) {
    let decisions = policy.decisions(predictions, measurements)
    var counts: [String: Int] = [:]
    for reason in decisions.flatMap(\.reasons) { counts[reason.rawValue, default: 0] += 1 }
    let accepted = decisions.indices.filter { decisions[$0].outcome == .accepted }
    self.accepted = Share(accepted.count, of: decisions.count)
    acceptedRight = Share(
      accepted.count { predictions.isCorrect($0) }, of: accepted.count)
    strangersReviewed = strangers.map { predictions, measurements in
      let decisions = policy.decisions(predictions, measurements)
      return Share(decisions.count { $0.outcome == .review }, of: decisions.count)
    }
    reasons = counts
  }
}

extension DecisionPolicy {
  /// What becomes of each of some images.
  ///
  /// - Parameter measurements: What the preprocessing saw of each; nil for images that did not come
  ///   through it.
  func decisions(
    _ predictions: Predictions, _ measurements: [PreparedInput.Measurements]?
  ) -> [Decision] {
    (0..<predictions.count).map { index in
      let row = Array(predictions.row(index))
      return decide(
        row.span, distance: predictions.distances[index], measurements: measurements?[index])
    }
  }
}
