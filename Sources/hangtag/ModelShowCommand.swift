import ArgumentParser
import NeuralNetwork
import Service
import SystemPackage

/// `hangtag model show`.
struct ModelShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows what is in a model file: labels, layers, calibration, and how it was made.",
    discussion: """
      Example:
        hangtag model show models/hangtag.safetensors
      """)

  @Argument(help: ArgumentHelp("The model: a safetensors file.", valueName: "file"))
  var file: String

  func run() throws { try ToolFailure.reportingService { try show() } }

  private func show() throws {
    let read = try ModelFile(reading: FilePath(file))
    let model = read.model
    Console.line(model.name)
    Console.write(facts(read).text(indent: 2))
    Console.line("")
    Console.write(try LayerTable(model.architecture).text)
    if let training = model.training {
      Console.line("\nHow it was made")
      Console.write(ProvenanceText(json: training).text)
    }
  }

  private func facts(_ read: ModelFile) -> FactSheet {
    let model = read.model
    var sheet = FactSheet()
    sheet.add("file", file)
    sheet.add("sha256", read.sha256)
    sheet.add("labels", "\(model.labels.count): \(model.labels.joined(separator: ", "))")
    let input = model.input
    sheet.add(
      "input",
      "\(model.architecture.inputShape.shapeText) gray, preprocessing \(input.preprocessing), "
        + "(pixel * \(input.scale) - \(input.mean)) / \(input.std)")
    sheet.add(
      "mirror", input.mirror ? "averaged with the mirror image's probabilities" : "not asked")
    if let calibration = model.calibration {
      sheet.add("temperature", "\(calibration.temperature)")
      if let threshold = calibration.threshold {
        sheet.add("threshold", "accepted from a confidence of \(threshold.percent)")
      }
      for (reason, limit) in calibration.thresholds.sorted(by: { $0.key < $1.key }) {
        sheet.add(reason, "limit \(limit)")
      }
      sheet.add("calibrated on", calibration.fittedOn ?? "not said")
    } else {
      sheet.add("calibration", "none")
    }
    if !model.policy.isEmpty {
      sheet.add("policy", model.policy.keys.sorted().joined(separator: ", "))
    }
    return sheet
  }
}

extension [Int] {
  /// A tensor's shape as people write it.
  var shapeText: String { map { "\($0)" }.joined(separator: " x ") }
}
