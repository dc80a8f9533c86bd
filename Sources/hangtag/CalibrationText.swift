import NeuralNetwork
import Training

/// What calibrating found, as a person reads it.
struct CalibrationText {
  private let outcome: Calibrator.Outcome
  private let target: Double

  init(_ outcome: Calibrator.Outcome, target: Double) {
    self.outcome = outcome
    self.target = target
  }

  /// One sentence a line.
  var lines: [String] {
    guard let calibration = outcome.model.calibration else { return [] }
    let choice = outcome.choice
    var lines = [
      "Temperature \(FixedPoint.text(calibration.temperature, digits: 3)), fitted on "
        + "\(calibration.fittedOn ?? "nothing").",
      "Accepting from a confidence of \(choice.threshold.percent): "
        + "\(choice.coverage.percent) of these images are accepted, and "
        + "\(choice.precision.percent) of those are right, at least "
        + "\(choice.lowerBound.percent) with 95% certainty.",
    ]
    if !outcome.knowsUnlike {
      lines.append(
        "The model cannot tell what is unlike its training images, so nothing is sent to review as "
          + "`unlike_training`.")
    }
    if !outcome.isProven {
      lines.append(
        "That is the most that these images can prove, and less than the "
          + "\(target.percent) that were asked for: more labelled images may prove more.")
    }
    return lines
  }
}
