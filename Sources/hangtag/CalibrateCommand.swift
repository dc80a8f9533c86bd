import ArgumentParser
import Classification
import NeuralNetwork
import Training

/// `hangtag calibrate`.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Makes a model's confidence mean what it says.",
    discussion: """
      Fits, on labelled images that the network did not learn from: the temperature, so that of \
      the photos with a confidence of 80% four in five are right; the threshold from which on \
      photos are accepted without review, so that --target-precision of them are right; and the \
      distance beyond which a photo counts as unlike everything the network has learned from. All \
      of it is written into the model file, with the name of the images.

      With --data, the data that the model was trained on: takes the part that training held back.

      With --photos: a shop's photos are another world than a data set. Sort some hundreds of your \
      own photos into one folder a category, called like the category or its slug (ankle-boot), \
      and the confidence will mean what it says for them. Photos in other folders are left out.

      Examples:
        hangtag calibrate --model my.safetensors --data /usr/share/datasets/fashion-mnist
        hangtag calibrate --model models/hangtag.safetensors --photos sorted-photos \
      --target-precision 0.95 --output shop.safetensors
      """)

  @OptionGroup var source: MeasuringOptions

  @Option(
    help: ArgumentHelp(
      "Where the calibrated model goes. Default: the same file.", valueName: "file"))
  var output: String?

  @Option(help: "How many of the accepted must be right, 0 to 1, with 95% certainty.")
  var targetPrecision = 0.99

  func validate() throws {
    guard (0..<1).contains(targetPrecision) else {
      throw ValidationError("--target-precision must be from 0 to below 1.")
    }
  }

  func run() throws { try ToolFailure.reporting { try calibrate() } }

  private func calibrate() throws {
    let data = source.data
    let model = try ToolFailure.model(source.model).model
    let calibrator = Calibrator(
      targetPrecision: targetPrecision, threads: data.threadCount,
      instructionSet: try data.instructionSet())
    let outcome: Calibrator.Outcome
    if let photos = source.photos {
      let sorted = try data.photos(in: photos, labels: model.labels, withStrangers: false).photos
      guard !Provenance.tells(that: model, learnedFrom: sorted.images) else {
        throw ToolFailure.badData(
          "The model learned from the photos in \(photos): of those it is too sure. Give them with "
            + "--data, which takes the part that training held back, or give others.")
      }
      outcome = try calibrator.calibrate(
        model, on: sorted.images, measurements: sorted.measurements,
        name: "\(sorted.images.count) photos in \(photos)", training: nil)
    } else {
      let images = try data.read(part: .training, known: model.labels)
      let split = try Provenance.split(images, of: model)
      outcome = try calibrator.calibrate(
        model, on: split.validation,
        name: "\(split.validation.count) images that training held back", training: split.training)
    }
    let target = output ?? source.model
    try ToolFailure.write(outcome.model.serialized(), to: target)
    for line in CalibrationText(outcome, target: targetPrecision).lines { Console.line(line) }
    Console.line("Wrote \(target).")
  }
}
