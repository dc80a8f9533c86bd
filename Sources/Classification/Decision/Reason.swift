/// Why a person should look at a photo. The raw values stand in manifests; the list is open.
public enum Reason: String, Sendable, CaseIterable {
  /// The confidence is under the threshold.
  case belowThreshold = "below_threshold"
  /// The second category is nearly as probable as the first.
  case ambiguous
  /// The photo is unlike what the model learned from.
  case unlikeTraining = "unlike_training"
  /// The background is no plain ground, so the subject could not be cut out.
  case busyBackground = "busy_background"
  /// There is nothing but background.
  case blank
  /// The photo, or the subject in it, has too few pixels.
  case tiny
}
