import Classification
import Manifest

/// The reasons of the manifest in words.
enum ReasonText {
  /// A sentence for a reason; the list is open, so an unknown one stands as it is.
  static func sentence(_ reason: String, alternatives: [Entry.Alternative]) -> String {
    switch Reason(rawValue: reason) {
    case .belowThreshold:
      "\(reason): the confidence is below the threshold of the model or the configuration."
    case .ambiguous:
      "\(reason): "
        + (alternatives.first.map { "\($0.label) (\($0.confidence.percent))" } ?? "another category")
        + " is nearly as probable."
    case .unlikeTraining: "\(reason): the photo is unlike those that the model learned from."
    case .busyBackground:
      "\(reason): the background is no plain ground, so the product could not be cut out. A photo "
        + "on white or on a plain wall helps."
    case .blank: "\(reason): there is nothing but background."
    case .tiny: "\(reason): the product has too few pixels. A larger photo helps."
    case nil: reason
    }
  }
}
