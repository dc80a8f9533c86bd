/// Diagrams of an evaluation's figures.
struct ScoreCharts {
  let result: EvaluationResult

  /// Precision, recall and F1 of each category, as bars.
  var classBars: Markup {
    let rowHeight = 40.0
    let left = 92.0
    let right = 34.0
    let scale = Plot.width - left - right
    let height = rowHeight * Double(result.labels.count) + 34
    let rows = result.report.classes.enumerated().map { index, row -> Markup in
      let y = Double(index) * rowHeight + 4
      let values = [("first", row.precision), ("second", row.recall), ("third", row.f1)]
      let bars = values.enumerated().map { place, value -> Markup in
        let top = y + Double(place) * 11
        return """
          <rect class="\(value.0)" x="\(left)" y="\(top)" width="\(value.1 * scale)" height="10" \
          rx="1.5"/><text class="small" x="\(left + value.1 * scale + 4)" y="\(top + 8.5)">\
          \(fixed(value.1, digits: 3))</text>
          """
      }
      return """
        <text x="\(left - 6)" y="\(y + 20)" text-anchor="end">\(row.label)</text>\
        \(Markup.joined(bars))
        """
    }
    let ticks = [0, 0.25, 0.5, 0.75, 1].map { value -> Markup in
      """
      <line class="grid" x1="\(left + value * scale)" x2="\(left + value * scale)" y1="0" \
      y2="\(height - 30)"/><text x="\(left + value * scale)" y="\(height - 17)" \
      text-anchor="middle">\(fixed(value, digits: 2))</text>
      """
    }
    return """
      <svg viewBox="0 0 \(Plot.width) \(height)" role="img" \
      aria-label="Precision, recall and F1 by category">\(Markup.joined(ticks))\
      \(Markup.joined(rows))<text class="title" x="\(left + scale / 2)" y="\(height - 3)" \
      text-anchor="middle">share</text></svg>
      """
  }

  /// Accuracy against confidence.
  var reliability: Markup {
    let plot = Plot(x: 0...1, y: 0...1)
    let total = Double(max(result.images, 1))
    let bars = result.reliability.bins.filter { $0.count > 0 }.map { bin in
      plot.bar(
        from: bin.lower, to: bin.upper, height: bin.accuracy, style: "first",
        note: "\(bin.count) images, confidence \(fixed(bin.confidence, digits: 3)), "
          + "accuracy \(fixed(bin.accuracy, digits: 3))")
    }
    let dots = result.reliability.bins.filter { $0.count > 0 }.map { bin -> Markup in
      let radius = 2 + 7 * (Double(bin.count) / total).squareRoot()
      return """
        <circle class="dot" cx="\(plot.x(bin.confidence))" cy="\(plot.y(bin.accuracy))" \
        r="\(radius)"/>
        """
    }
    return plot.picture(
      .joined(bars) + plot.line([(0, 0), (1, 1)], style: "ideal") + .joined(dots),
      xTitle: "confidence", yTitle: "share that is right", alt: "Reliability diagram", digits: 1)
  }

  /// The share of wrong ones among those accepted, against the share accepted.
  var riskCoverage: Markup {
    let points = result.riskCoverage.points.map { (x: $0.coverage, y: $0.risk * 100) }
    // The first few predictions make the curve jump; they do not set its scale.
    let settled = points.filter { $0.x > 0.05 }.map(\.y).max() ?? 1
    let plot = Plot(x: 0...1, y: 0...max(settled * 1.1, 0.1))
    let goal = settled > 1 ? plot.line([(0, 1), (1, 1)], style: "ideal") : ""
    return plot.picture(
      goal + plot.line(points, style: "second"), xTitle: "share accepted (coverage)",
      yTitle: "wrong among accepted, %", alt: "Risk-coverage curve", digits: 1)
  }
}
