/// Pictures out of a data set.
struct Gallery {
  let evaluation: Evaluation

  private static let samplesPerClass = 10
  private static let mistakes = 24
  private static let gap = 2

  /// A strip of samples of each category, spread evenly over the data.
  var samples: Markup {
    let images = evaluation.images
    let strips = images.labelNames.enumerated().map { label, name -> Markup in
      let members = images.labels.indices.filter { Int(images.labels[$0]) == label }
      let count = min(Self.samplesPerClass, members.count)
      guard count > 0 else { return "" }
      let chosen = (0..<count).map { members[$0 * members.count / count] }
      let (pixels, width) = strip(chosen)
      let png = PNGEncoder.encode(pixels: pixels, width: width, height: ImageSet.edge)
      let picture = Markup.picture(png: png, width: width, alt: "\(count) samples of \(name)")
      return "<div class=\"strip\"><span>\(name)</span>\(picture)</div>"
    }
    return .joined(strips)
  }

  /// Images side by side with a gap of background.
  private func strip(_ indices: [Int]) -> (pixels: [UInt8], width: Int) {
    let edge = ImageSet.edge
    let width = indices.count * (edge + Self.gap) - Self.gap
    var pixels = [UInt8](repeating: 0, count: width * edge)
    for (place, index) in indices.enumerated() {
      let image = Array(evaluation.images.image(index))
      for row in 0..<edge {
        let start = row * width + place * (edge + Self.gap)
        pixels.replaceSubrange(start..<start + edge, with: image[row * edge..<(row + 1) * edge])
      }
    }
    return (pixels, width)
  }

  /// The mistakes that the model was most sure of.
  var confidentMistakes: Markup {
    let predictions = evaluation.predictions
    let wrong = (0..<predictions.count).filter { !predictions.isCorrect($0) }
      .sorted { predictions.confidence($0) > predictions.confidence($1) }
      .prefix(Self.mistakes)
    if wrong.isEmpty { return "<p>It made no mistake.</p>" }
    return .joined(wrong.map { card($0) })
  }

  private func card(_ index: Int) -> Markup {
    let (images, predictions) = (evaluation.images, evaluation.predictions)
    let truth = Int(predictions.labels[index])
    let trueName = images.labelNames[truth]
    let predictedName = images.labelNames[predictions.predicted[index]]
    let probability = Double(
      predictions.probabilities[index * predictions.classCount + truth])
    let png = PNGEncoder.encode(
      pixels: Array(images.image(index)), width: ImageSet.edge, height: ImageSet.edge)
    let picture = Markup.picture(
      png: png, width: 84, alt: "A \(trueName) taken for \(predictedName)")
    return """
      <div class="card">\(picture)<b>\(predictedName)</b> \
      <span>\(Self.percent(predictions.confidence(index)))</span><br>\
      <small>is labelled <b>\(trueName)</b> \(Self.percent(probability))</small></div>
      """
  }

  private static func percent(_ share: Double) -> String {
    "\(fixed(share * 100, digits: share > 0.9995 ? 2 : 1))%"
  }
}
