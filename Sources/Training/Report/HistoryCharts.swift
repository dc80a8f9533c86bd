/// Loss and accuracy over the epochs.
struct HistoryCharts {
  let history: [EpochRecord]

  /// Both charts; nothing where a line has no two points.
  var figures: [Markup] {
    guard history.count > 1 else { return [] }
    return [
      figure(
        "Loss", "cross-entropy", training: \.trainingLoss, validation: \.validationLoss,
        note: "The lower the better. Training images are augmented and pass dropout, so their "
          + "loss may lie above the validation images'. When the validation line turns up, the "
          + "network learns its training images by heart."),
      figure(
        "Accuracy", "share recognised", training: \.trainingAccuracy,
        validation: \.validationAccuracy,
        note: "The higher the better. The gap between the lines is what the network knows only "
          + "of the images that it was trained on."),
    ]
  }

  private func figure(
    _ title: String, _ yTitle: String, training: (EpochRecord) -> Double,
    validation: (EpochRecord) -> Double?, note: String
  ) -> Markup {
    let trainingPoints = history.map { (x: Double($0.epoch), y: training($0)) }
    let validationPoints = history.compactMap { record in
      validation(record).map { (x: Double(record.epoch), y: $0) }
    }
    let plot = Plot(
      x: 1...Double(history.count), y: Self.range((trainingPoints + validationPoints).map(\.y)))
    let picture = plot.picture(
      plot.line(trainingPoints, style: "first") + plot.line(validationPoints, style: "second"),
      xTitle: "epoch", yTitle: yTitle, alt: "\(title) by epoch", xDigits: 0)
    let key: Markup =
      validationPoints.isEmpty
      ? "<span class=\"key first\">training</span>"
      : "<span class=\"key first\">training</span> <span class=\"key second\">validation</span>"
    return
      "<figure><h3>\(title) by epoch</h3>\(key)\(picture)<figcaption>\(note)</figcaption></figure>"
  }

  /// A little more than the values need. An odd first epoch does not flatten all others.
  private static func range(_ values: [Double]) -> ClosedRange<Double> {
    let sorted = values.sorted()
    let low = sorted[sorted.count / 50]
    let high = sorted[sorted.count - 1 - sorted.count / 50]
    let margin = max((high - low) * 0.08, 0.005)
    return max(0, low - margin)...high + margin
  }
}
