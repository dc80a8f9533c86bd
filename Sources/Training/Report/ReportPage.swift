public import NeuralNetwork

/// A model's figures as one HTML page: no script, nothing loaded from elsewhere.
public struct ReportPage {
  private let evaluation: Evaluation
  private let modelName: String
  private let history: [EpochRecord]

  /// A page about a model on some images; its training's curves come from its own provenance.
  public init(_ evaluation: Evaluation, model: Model) {
    self.evaluation = evaluation
    modelName = model.name
    history = Provenance.history(of: model)
  }

  private var result: EvaluationResult { evaluation.result }

  /// The page.
  public var html: String {
    let page: Markup = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width,initial-scale=1">
      <title>\(modelName): evaluation</title>
      <style>\(ReportStyle.css)</style></head>
      <body><main>
      \(head)
      \(section("How it learned", .joined(HistoryCharts(history: history).figures), style: "two"))
      \(section("Which categories it knows", categories, style: "two"))
      \(section("All figures", table, style: "scroll"))
      \(section("Whether its confidence can be trusted", confidence, style: "two"))
      \(section("What the images look like", Gallery(evaluation: evaluation).samples, style: ""))
      \(section(
          "Its most confident mistakes", Gallery(evaluation: evaluation).confidentMistakes,
          style: "cards"))
      </main></body></html>

      """
    return page.text
  }

  private func section(_ title: String, _ content: Markup, style: String) -> Markup {
    content.text.isEmpty
      ? "" : "<section><h2>\(title)</h2><div class=\"\(style)\">\(content)</div></section>"
  }

  private var head: Markup {
    let sources = evaluation.images.sources.map(\.name).joined(separator: ", ")
    let tiles = [
      tile("accuracy", result.accuracy, percent: true),
      tile("loss", result.loss, percent: false),
      tile("balanced accuracy", result.balancedAccuracy, percent: true),
      tile("calibration error", result.calibrationError, percent: false),
    ]
    let coverage: Markup = """
      <div class="tile"><small>accepted at 99% right</small>\
      <b>\(fixed(result.coverageAt99 * 100, digits: 1))%</b><small>of the images</small></div>
      """
    return """
      <h1>\(modelName)</h1><p>Measured on \(result.images) labelled images of \
      \(result.labels.count) categories: \(sources). In brackets: 95% confidence intervals.</p>\
      <div class="tiles">\(Markup.joined(tiles))\(coverage)\(decisions)</div>
      """
  }

  /// What the model's own decision policy makes of the images.
  private var decisions: Markup {
    let right = result.decisions.acceptedRight
    let accepted = result.decisions.accepted
    let share = right.of == 0 ? 0 : Double(right.count) / Double(right.of)
    return """
      <div class="tile"><small>right of the accepted</small>\
      <b>\(fixed(share * 100, digits: 2))%</b>\
      <small>\(accepted.count) of \(accepted.of) accepted</small></div>
      """
  }

  private func tile(
    _ name: String, _ figure: EvaluationResult.Figure, percent: Bool
  ) -> Markup {
    func text(_ value: Double) -> String {
      percent ? fixed(value * 100, digits: 2) : fixed(value, digits: 4)
    }
    let unit = percent ? "%" : ""
    return """
      <div class="tile"><small>\(name)</small><b>\(text(figure.value) + unit)</b>\
      <small>[\(text(figure.interval.lower)), \(text(figure.interval.upper))]</small></div>
      """
  }

  private var categories: Markup {
    let matrix = MatrixChart(matrix: result.confusionMatrix, labels: result.labels).picture
    return """
      <figure><h3>Confusion matrix</h3>\(matrix)<figcaption>A row is a true category, a column \
      what the model took it for. Blue is right, orange is wrong; the stronger, the larger the \
      share of the row.</figcaption></figure>\
      <figure><h3>Precision, recall, F1</h3><span class="key first">precision</span> \
      <span class="key second">recall</span> <span class="key third">F1</span>\
      \(ScoreCharts(result: result).classBars)<figcaption>Precision: how much of what got this \
      label deserves it. Recall: how much of the category was found.</figcaption></figure>
      """
  }

  private var confidence: Markup {
    let charts = ScoreCharts(result: result)
    return """
      <figure><h3>Reliability</h3>\(charts.reliability)<figcaption>Where the bars meet the dashed \
      line, a confidence of 80% is right 80% of the time. The larger a dot, the more images it \
      stands for.</figcaption></figure>\
      <figure><h3>Risk and coverage</h3>\(charts.riskCoverage)<figcaption>Accept only the most \
      confident answers and fewer of them are wrong. The dashed line is 1% wrong.\
      </figcaption></figure>
      """
  }

  private var table: Markup {
    let report = result.report
    func row(_ row: ClassificationReport.Row, style: String) -> Markup {
      let cells = [row.precision, row.recall, row.f1].map { value -> Markup in
        "<td>\(fixed(value, digits: 4))</td>"
      }
      return """
        <tr class="\(style)"><td>\(row.label)</td>\(Markup.joined(cells))<td>\(row.support)</td></tr>
        """
    }
    let accuracy: Markup = """
      <tr class="total"><td>accuracy</td><td></td><td></td>\
      <td>\(fixed(report.accuracy, digits: 4))</td><td>\(report.macroAverage.support)</td></tr>
      """
    return """
      <table><thead><tr><th>category</th><th>precision</th><th>recall</th><th>F1</th>\
      <th>images</th></tr></thead><tbody>\
      \(Markup.joined(report.classes.map { row($0, style: "") }))\
      \(accuracy)\
      \(row(report.macroAverage, style: "total"))\(row(report.weightedAverage, style: "total"))\
      </tbody></table>
      """
  }
}
