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
      category, the confusion matrix, and how well confidence matches accuracy, with 95% \
      confidence intervals. The images must have had no part in the training.

      Example:
        hangtag evaluate --model models/hangtag.safetensors \
      --data /usr/share/datasets/fashion-mnist --report report.html
      """)

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("The model.", valueName: "file"))
  var model: String

  @Option(help: "Which half of a folder of IDX files: test or training.")
  var part: DataSource.Part = .test

  @Flag(help: "Print all figures as JSON.")
  var json = false

  @Option(help: ArgumentHelp("Write a report as a web page.", valueName: "file"))
  var report: String?

  func run() throws { try ToolFailure.reporting { try evaluate() } }

  private func evaluate() throws {
    let model = try ToolFailure.model(self.model)
    let images = try data.read(part: part, known: model.labels)
    let evaluator = Evaluator(
      threads: data.threadCount, instructionSet: try data.instructionSet())
    let evaluation = try evaluator.evaluate(model, on: images)
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
