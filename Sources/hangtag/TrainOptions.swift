import ArgumentParser

/// What `hangtag train` starts from and what it writes.
struct TrainOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The model file to write.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("A YAML file of hyperparameters, see etc/recipes.", valueName: "file"))
  var recipe: String?

  @Option(
    help: ArgumentHelp(
      "plain, regularised, residual, hangtag, or a file with an architecture as JSON.",
      valueName: "name or file"))
  var architecture: String?

  @Flag(help: "A batch norm after each convolution of plain and regularised.")
  var batchNorm = false

  @Option(
    help: ArgumentHelp(
      "A model to start from; its last layer is made anew for labels that it does not know.",
      valueName: "model"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "A model whose answers to the images as they are make up part of the targets, the share that distillation says.",
      valueName: "model"))
  var teacher: String?

  @Flag(help: "Go on from the checkpoint of the same command.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Measure the finished model once on this, and write the scores into it.",
      valueName: "path"))
  var test: String?

  @Option(help: ArgumentHelp("Write a report as a web page.", valueName: "file"))
  var report: String?

  func validate() throws {
    if from != nil && (architecture != nil || batchNorm) {
      throw ValidationError("--from brings its own architecture; leave out the other.")
    }
  }
}
