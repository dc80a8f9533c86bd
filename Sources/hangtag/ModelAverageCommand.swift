import ArgumentParser
import NeuralNetwork
import SystemPackage
import Training

/// `hangtag model average`.
struct ModelAverageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "average",
    abstract: "Makes one model of several that began alike: the mean of their weights.",
    discussion: """
      A model and what further training made of it (`hangtag train --from`) are often worse than the \
      mean of both, which costs no more to run than one ("model soups", Wortsman et al. 2022). The \
      models must have the same architecture and labels, and must have learned from the same images \
      and held back the same ones. Calibrate the mean before use.

      Example:
        hangtag model average first.safetensors second.safetensors --output mean.safetensors
        hangtag calibrate --model mean.safetensors --data /usr/share/datasets/fashion-mnist

      Exit codes: 0 written, 65 the models do not belong together, 66 no such file, 74 disk trouble.
      """)

  @Argument(help: ArgumentHelp("The models: two or more safetensors files.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("Where the mean goes.", valueName: "file"))
  var output: String

  func validate() throws {
    if files.count < 2 { throw ValidationError("Name at least two models.") }
  }

  func run() throws { try ToolFailure.reporting { try average() } }

  private func average() throws {
    let mean = try ModelAverage.average(try files.map { try ToolFailure.model($0) })
    try ToolFailure.write(mean.serialized(), to: output)
    Console.line(
      "Wrote \(output), the mean of \(files.count) models. It is not calibrated yet: hangtag "
        + "calibrate.")
  }
}
