import ArgumentParser
import FoundationEssentials
import NeuralNetwork
import Service
import SystemPackage
import Training

/// `hangtag train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a model on labelled images.",
    discussion: """
      Learns from the training half of a data set, chooses the best epoch on the part that \
      --validation holds back, and writes one model file that says how it was made.

      To train on your own photos, sort them into one folder a category. Use photos whose category \
      people have confirmed: the daemon's own answers in done/ would only teach a model its own \
      mistakes.

      Beside the model a folder MODEL.run/ gets history.csv and, after each epoch, a checkpoint. \
      Ctrl-C writes one and stops; the same command with --resume goes on as if it had never \
      stopped. The same data, recipe and seed give the same weights on any number of threads.

      Examples:
        hangtag train --recipe etc/recipes/regularised.yaml \
      --data /usr/share/datasets/fashion-mnist --output my.safetensors
        hangtag train --from models/hangtag.safetensors --data sorted-photos --epochs 10 \
      --learning-rate 0.005 --output shop.safetensors
      """)

  @OptionGroup(title: "What to learn from")
  var data: DataOptions

  @OptionGroup(title: "What to make of it")
  var options: TrainOptions

  @OptionGroup(title: "Hyperparameters (they win over the recipe file)")
  var hyperparameters: RecipeOptions

  func validate() throws {
    if data.data.isEmpty { throw ValidationError("Say with --data what to learn from.") }
  }

  func run() throws { try ToolFailure.reporting { try train() } }

  private func train() throws {
    let interrupts = InterruptWatch()
    let instructionSet = try data.instructionSet()
    let start = try options.from.map { try ToolFailure.model($0) }
    let images = try data.read(part: .training, known: start?.model.labels)
    let setup = try setup(images, start: start)
    let testImages = try testImages(for: setup)
    let console = TrainingConsole()
    introduce(setup, on: console)
    let folder = FilePath(FilePath(options.output).removingExtension + ".run")
    let trainer = try Trainer(
      setup, folder: folder, resume: options.resume, threads: data.threadCount,
      instructionSet: instructionSet)
    let outcome = try trainer.run(
      shouldStop: { interrupts.isInterrupted }, report: { console.show($0) })
    switch outcome {
    case .stopped:
      console.line("Stopped; the same command with --resume goes on.")
      throw ExitCode(75)
    case .finished(let model, let best, let history):
      try finish(
        model, setup, best: best, history: history, testImages: testImages, instructionSet, console)
    }
  }

  /// The images for the test, read before hours of training.
  private func testImages(for setup: TrainingSetup) throws -> ImageSet? {
    guard let test = options.test else {
      if options.report != nil, setup.validation == nil {
        throw ToolFailure.badData("A report needs images: give --test or --validation.")
      }
      return nil
    }
    let labels = setup.training.labelNames
    let images = try DataOptions.read(
      [test], part: .test, threads: data.threadCount, labelNames: labels)
    guard images.labelNames == labels else {
      throw ToolFailure.badData(
        "\(test) has the categories \(images.labelNames.joined(separator: ", ")) and the data "
          + "\(labels.joined(separator: ", ")); they must be the same.")
    }
    return images
  }

  private func setup(_ images: ImageSet, start: SourceModel?) throws -> TrainingSetup {
    var recipe = try options.recipe.map { try Recipe(contentsOf: FilePath($0)) } ?? Recipe()
    if let architecture = options.architecture {
      try recipe.set("architecture", to: architecture, place: "command line")
    }
    if options.batchNorm { recipe.batchNorm = true }
    try hyperparameters.apply(to: &recipe)
    if let start { try adoptArchitecture(of: start.model, in: &recipe) }
    try recipe.validate()
    let network =
      try start?.model.architecture ?? network(recipe, categories: images.labelNames.count)
    return try TrainingSetup(
      recipe: recipe, architecture: network, images: images, start: start,
      teacher: try options.teacher.map { try ToolFailure.model($0) })
  }

  /// Makes a recipe say which network a training goes on with.
  private func adoptArchitecture(of model: Model, in recipe: inout Recipe) throws {
    let asked = recipe.architecture
    let known = BuiltInArchitecture.called(model.architecture)
    recipe.architecture = known?.name.rawValue ?? options.from ?? asked
    recipe.batchNorm = known?.batchNorm ?? false
    guard asked == recipe.architecture || asked == Recipe().architecture else {
      throw ToolFailure.badData(
        "The recipe asks for the architecture \(asked), and the model to start from is "
          + "\(recipe.architecture): leave one of them out.")
    }
  }

  private func network(_ recipe: Recipe, categories: Int) throws -> Architecture {
    do {
      if let known = BuiltInArchitecture(rawValue: recipe.architecture) {
        return try known.architecture(categories: categories, batchNorm: recipe.batchNorm)
      }
      let text = String(decoding: try ToolFailure.read(recipe.architecture), as: UTF8.self)
      return try Architecture(json: text)
    } catch let error as ArchitectureError {
      throw ToolFailure.badData("\(recipe.architecture): \(error)")
    }
  }

  private func introduce(_ setup: TrainingSetup, on console: TrainingConsole) {
    for line in setup.training.balance.lines { console.line(line) }
    console.line(
      "Training on \(setup.training.count) images, validating on "
        + "\(setup.validation?.count ?? 0), \(data.threadCount) threads.")
  }

  private func finish(
    _ model: Model, _ setup: TrainingSetup, best: EpochRecord, history: [EpochRecord],
    testImages: ImageSet?, _ instructionSet: InstructionSet, _ console: TrainingConsole
  ) throws {
    let evaluator = Evaluator(threads: data.threadCount, instructionSet: instructionSet)
    let testing = try testImages.map { try evaluator.evaluate(model, on: $0) }
    let provenance = Provenance(
      setup, best: best, history: history, version: Version.text,
      instructionSet: instructionSet,
      test: testing.map { (Provenance.Scores($0.result), $0.images) })
    let name = FilePath(options.output).stem ?? "model"
    let finished = try model.named(name, training: provenance.json)
    try ToolFailure.write(finished.serialized(), to: options.output)
    console.line("Best: epoch \(best.epoch). Wrote \(options.output).")
    if let testing { Console.line(testing.result.text) }
    if let report = options.report {
      guard
        let measured = try testing
          ?? setup.validation.map({
            try evaluator.evaluate(finished, on: $0)
          })
      else {
        throw ToolFailure.badData("A report needs images: give --test or --validation.")
      }
      let page = ReportPage(measured, model: finished)
      try ToolFailure.write(Array(page.html.utf8), to: report)
      console.line("Wrote \(report).")
    }
  }
}

extension FilePath {
  /// Without `.safetensors` or whatever ends it.
  fileprivate var removingExtension: String {
    var path = self
    path.extension = nil
    return path.string
  }
}
