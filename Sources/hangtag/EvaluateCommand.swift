import ArgumentParser
import FoundationEssentials
import SystemPackage
import Training

/// `hangtag evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a model on labelled images.",
    discussion: """
      Prints the loss (categorical cross-entropy), the accuracy, precision, recall and F1 of each \
      category, the confusion matrix, how well confidence matches accuracy, and what the model's \
      decision policy accepts, with 95% confidence intervals. The images must have had no part in \
      the training.

      With --photos: before you trust a model, measure it on your own stock. Sort photos, some of \
      every kind that you have, into one folder a category, called like the category or its slug \
      (ankle-boot). Photos of anything else go into a folder with any other name; all of them \
      should be sent to review.

      Examples:
        hangtag evaluate --model models/hangtag.safetensors \
      --data /usr/share/datasets/fashion-mnist --report report.html
        hangtag evaluate --model models/hangtag.safetensors --photos sorted-photos
      """)

  @OptionGroup var source: MeasuringOptions

  @Option(help: "Which half of a folder of IDX files: test or training.")
  var part: DataSource.Part = .test

  @Flag(help: "Print all figures as JSON.")
  var json = false

  @Option(help: ArgumentHelp("Write a report as a web page.", valueName: "file"))
  var report: String?

  func run() throws { try ToolFailure.reporting { try evaluate() } }

  private func evaluate() throws {
    let data = source.data
    let model = try ToolFailure.model(source.model).model
    let evaluator = Evaluator(
      threads: data.threadCount, instructionSet: try data.instructionSet())
    let evaluation =
      if let photos = source.photos {
        try evaluator.evaluate(model, on: data.photos(in: photos, labels: model.labels))
      } else {
        try evaluator.evaluate(model, on: data.read(part: part, known: model.labels))
      }
    if Provenance.tells(that: model, learnedFrom: evaluation.images) {
      Console.complain(
        "Warning: the model learned from some of these images. What it says of those that it never "
          + "saw is less good than these figures.")
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      Console.line(String(decoding: try encoder.encode(evaluation.result), as: UTF8.self))
    } else {
      Console.line(evaluation.result.text)
    }
    if let report {
      let page = ReportPage(evaluation, model: model)
      try ToolFailure.write(Array(page.html.utf8), to: report)
    }
  }
}

extension DataSource.Part: ExpressibleByArgument {}
