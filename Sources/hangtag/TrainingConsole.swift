import Threading
import Training

/// Shows a training: a bar that moves in a terminal, lines elsewhere.
final class TrainingConsole {
  private static let barWidth = 24
  private let isTerminal = Console.isTerminal
  /// Puts the next text over the bar.
  private static let clear = "\r\u{1B}[K"
  private var lastShown = MonotonicTime(nanoseconds: 0)

  /// Between two lines where there is no terminal; between two looks of the bar where there is.
  private var interval: Duration { isTerminal ? .milliseconds(200) : .seconds(60) }

  func show(_ event: TrainingEvent) {
    switch event {
    case .resumed(let epochs, let steps):
      line("Going on after epoch \(epochs)\(steps > 0 ? " and \(steps) steps" : "").")
      lastShown = .now
    case .progress(let progress):
      let now = MonotonicTime.now
      guard now - lastShown >= interval else { return }
      lastShown = now
      if isTerminal { bar(progress) } else { line(Self.text(progress)) }
    case .epoch(let record, let isBest): line(Self.text(record) + (isBest ? "  best" : ""))
    }
  }

  func line(_ text: String) {
    Console.line((isTerminal ? Self.clear : "") + text)
  }

  private func bar(_ progress: TrainingProgress) {
    let filled = Self.barWidth * progress.step / progress.steps
    let bar =
      String(repeating: "█", count: filled)
      + String(repeating: "░", count: Self.barWidth - filled)
    Console.write("\(Self.clear)\(bar) \(Self.text(progress))")
  }

  private static func text(_ progress: TrainingProgress) -> String {
    "epoch \(progress.epoch)/\(progress.epochs)  \(100 * progress.step / progress.steps)%  "
      + "loss \(decimals(progress.loss, 4))  accuracy \(decimals(progress.accuracy, 4))  "
      + "\(Int(progress.imagesPerSecond)) images/s  \(duration(progress.secondsLeft)) left"
  }

  private static func text(_ record: EpochRecord) -> String {
    var text = "epoch \(record.epoch)  loss \(decimals(record.trainingLoss, 4))"
    text += "  accuracy \(decimals(record.trainingAccuracy, 4))"
    if let loss = record.validationLoss, let accuracy = record.validationAccuracy {
      text += "  validation loss \(decimals(loss, 4))  accuracy \(decimals(accuracy, 4))"
    }
    return text + "  \(duration(record.seconds))"
  }

  private static func decimals(_ value: Double, _ digits: Int) -> String {
    FixedPoint.text(value, digits: digits)
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole >= 3600 { return "\(whole / 3600)h \(whole % 3600 / 60)min" }
    return whole >= 60 ? "\(whole / 60)min \(whole % 60)s" : "\(whole)s"
  }
}
