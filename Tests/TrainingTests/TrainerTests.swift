import FoundationEssentials
import NeuralNetwork
import SystemPackage
import TestSupport
import Testing

@testable import Training

@Suite struct TrainerTests {
  private static let network = Result {
    try Architecture(
      inputShape: [1, 28, 28],
      layers: [
        .conv2d(
          .init(
            name: "conv", inputChannels: 1, outputChannels: 4, kernelSize: 3, padding: 1,
            bias: false)),
        .batchNorm2d(.init(name: "norm", features: 4)), .relu, .maxPool2d(size: 4),
        .dropout(rate: 0.2), .flatten,
        .linear(.init(name: "head", inputFeatures: 4 * 49, outputFeatures: 3, bias: true)),
      ])
  }

  private func setup(
    _ change: (inout Recipe) -> Void = { _ in }, images: ImageSet = Samples.images(),
    start: Model? = nil, teacher: Model? = nil
  ) throws -> TrainingSetup {
    var recipe = Recipe()
    recipe.architecture = "test"
    recipe.epochs = 3
    recipe.batch = 10
    recipe.learningRate = 0.02
    recipe.averaging = 0.9
    recipe.augmentation.mirror = true
    recipe.augmentation.shift = 1
    recipe.augmentation.erasing = 0.5
    change(&recipe)
    return try TrainingSetup(
      recipe: recipe, architecture: Self.network.get(), images: images,
      start: start.map { Samples.source($0) }, teacher: teacher.map { Samples.source($0) })
  }

  /// Trains until the end, or until `steps` steps are done.
  private func train(
    _ setup: TrainingSetup, in folder: FilePath, resume: Bool = false, threads: Int = 1,
    steps: Int = .max
  ) throws -> Model? {
    var done = 0
    let trainer = try Trainer(setup, folder: folder, resume: resume, threads: threads)
    let outcome = try trainer.run(
      shouldStop: { done >= steps },
      report: { if case .progress = $0 { done += 1 } })
    if case .finished(let model, _, _) = outcome { return model }
    return nil
  }

  @Test func itLearns() throws {
    let folder = try TemporaryFolder()
    let setup = try setup { $0.epochs = 6 }
    let model = try #require(try train(setup, in: folder.path))
    let evaluation = try Evaluator(threads: 1).evaluate(model, on: Samples.images())
    #expect(evaluation.result.accuracy.value > 0.95)
  }

  @Test(arguments: [Optimizer.Method.sgd, .adamw])
  func theNumberOfThreadsDoesNotMatter(method: Optimizer.Method) throws {
    let folder = try TemporaryFolder()
    let setup = try setup { $0.optimizer = method }
    let one = try #require(try train(setup, in: folder.path.appending("1"), threads: 1))
    let three = try #require(try train(setup, in: folder.path.appending("3"), threads: 3))
    #expect(one.parameters == three.parameters)
  }

  @Test(arguments: [Optimizer.Method.sgd, .adamw], [2, 5, 7])
  func aStoppedTrainingGoesOnAsIfItHadNever(method: Optimizer.Method, steps: Int) throws {
    let folder = try TemporaryFolder()
    let setup = try setup { $0.optimizer = method }
    let whole = try #require(try train(setup, in: folder.path.appending("whole")))
    let parts = folder.path.appending("parts")
    #expect(try train(setup, in: parts, steps: steps) == nil)
    let resumed = try #require(try train(setup, in: parts, resume: true, threads: 2))
    #expect(resumed.parameters == whole.parameters)
  }

  @Test func aKilledTrainingGoesOnFromItsLastEpoch() throws {
    let folder = try TemporaryFolder()
    let setup = try setup()
    let whole = try #require(try train(setup, in: folder.path.appending("whole")))
    let parts = folder.path.appending("parts")
    // What kill -9 leaves in the middle of the second epoch is the first one's checkpoint.
    #expect(try train(setup, in: parts, steps: setup.stepsPerEpoch) == nil)
    let resumed = try #require(try train(setup, in: parts, resume: true))
    #expect(resumed.parameters == whole.parameters)
  }

  @Test func theHistoryHasALineAnEpoch() throws {
    let folder = try TemporaryFolder()
    _ = try train(try setup(), in: folder.path)
    let bytes = try Data(
      contentsOf: URL(filePath: folder.path.appending("history.csv").string))
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("epoch,learning_rate,training_loss,training_accuracy,validation_"))
    #expect(lines[3].hasPrefix("3,"))
  }

  @Test func anotherRecipesCheckpointIsRefused() throws {
    let folder = try TemporaryFolder()
    _ = try train(try setup(), in: folder.path, steps: 2)
    let error = #expect(throws: TrainingError.self) {
      try train(try setup { $0.momentum = 0.8 }, in: folder.path, resume: true)
    }
    #expect(error?.code == .checkpoint)
    #expect(error?.message.contains("momentum: 0.9 instead of momentum: 0.8") == true)
  }

  @Test func withoutACheckpointThereIsNothingToResume() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: TrainingError.self) {
      try train(try setup(), in: folder.path, resume: true)
    }
    #expect(error?.code == .checkpoint)
  }

  @Test func aDamagedCheckpointIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2, 3], to: "checkpoint.safetensors")
    let error = #expect(throws: TrainingError.self) {
      try train(try setup(), in: folder.path, resume: true)
    }
    #expect(error?.code == .checkpoint)
  }

  @Test func aLossThatIsNoNumberEndsTheTraining() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: TrainingError.self) {
      try train(
        try setup {
          $0.learningRate = 100
          $0.weightDecay = 10
          $0.epochs = 50
          $0.warmUp = 0
        }, in: folder.path)
    }
    #expect(error?.code == .diverged)
  }

  @Test func theEpochWithTheBestValidationIsKept() {
    func record(_ epoch: Int, _ loss: Double, _ accuracy: Double) -> EpochRecord {
      EpochRecord(
        epoch: epoch, learningRate: 0, trainingLoss: 0, trainingAccuracy: 0, validationLoss: loss,
        validationAccuracy: accuracy, seconds: 0)
    }
    #expect(record(2, 0.5, 0.9).isBetter(than: record(1, 0.4, 0.8), by: .accuracy))
    #expect(!record(2, 0.5, 0.9).isBetter(than: record(1, 0.4, 0.8), by: .loss))
    #expect(record(2, 0.3, 0.8).isBetter(than: record(1, 0.4, 0.8), by: .accuracy))
    #expect(!record(2, 0.4, 0.8).isBetter(than: record(1, 0.4, 0.8), by: .accuracy))
  }

  @Test func fineTuningKeepsWhatItKnowsAndLearnsANewLabel() throws {
    let folder = try TemporaryFolder()
    let base = try #require(try train(try setup(), in: folder.path.appending("base")))
    let names = ["left", "spotted", "dark", "light"]
    let images = ImageSet(
      pixels: Samples.images().pixels, labels: Samples.images().labels.map { $0 + 1 },
      labelNames: names, name: "")
    let setup = try setup(images: images, start: base)
    #expect(setup.architecture.outputShape == [4])
    let fresh = TrainingNetwork(setup.architecture, capacity: 1, threads: 1, seed: 1).tensors()
    let adapted = base.parameters(forLabels: names, fresh: fresh)
    let (old, new) = (base.parameters["head.weight"]?.values, adapted["head.weight"]?.values)
    #expect(adapted["conv.weight"] == base.parameters["conv.weight"])
    #expect(new?[0..<196] == old?[2 * 196..<3 * 196])
    #expect(new?[196..<392] == fresh["head.weight"]?.values[196..<392])
    let model = try #require(try train(setup, in: folder.path.appending("tuned")))
    #expect(model.labels == names)
  }

  @Test func `a student learns what its teacher says, not what the labels say`() throws {
    let folder = try TemporaryFolder()
    let images = Samples.images()
    let teacher = try #require(
      try train(setup { $0.epochs = 6 }, in: folder.path.appending("teacher")))
    let mislabelled = ImageSet(
      pixels: images.pixels, labels: images.labels.map { ($0 + 1) % 3 },
      labelNames: images.labelNames, name: "")
    func accuracy(distillation: Double) throws -> Double {
      let setup = try setup(
        {
          $0.epochs = 6
          $0.validation = 0
          $0.distillation = distillation
        }, images: mislabelled, teacher: teacher)
      let student = try #require(
        try train(setup, in: folder.path.appending("student \(distillation)")))
      return try Evaluator(threads: 1).evaluate(student, on: images).result.accuracy.value
    }
    #expect(try accuracy(distillation: 1) > 0.95)
    #expect(try accuracy(distillation: 0) < 0.05)
  }

  @Test func `a training with another teacher is another training`() throws {
    let folder = try TemporaryFolder()
    let first = try #require(try train(setup(), in: folder.path.appending("first")))
    let second = try #require(
      try train(setup { $0.seed = 2 }, in: folder.path.appending("second")))
    let student = folder.path.appending("student")
    #expect(try train(setup(teacher: first), in: student, steps: 2) == nil)
    let error = #expect(throws: TrainingError.self) {
      _ = try train(setup(teacher: second), in: student, resume: true)
    }
    #expect(error?.description.contains("teacher differs") == true)
  }

  @Test func `a teacher of other categories is refused`() throws {
    let folder = try TemporaryFolder()
    let teacher = try #require(try train(setup(), in: folder.path))
    let images = ImageSet(
      pixels: Samples.images().pixels, labels: Samples.images().labels,
      labelNames: ["hat", "glove", "scarf"], name: "")
    let error = #expect(throws: TrainingError.self) {
      _ = try setup(images: images, teacher: teacher)
    }
    #expect(error?.description.contains("hat, glove, scarf") == true)
  }

  @Test func provenanceTellsHowAModelWasMade() throws {
    let folder = try TemporaryFolder()
    let setup = try setup()
    let trainer = try Trainer(setup, folder: folder.path, resume: false, threads: 1)
    let outcome = try trainer.run(shouldStop: { false }, report: { _ in })
    guard case .finished(let model, let best, let history) = outcome else {
      Issue.record("it must finish")
      return
    }
    let provenance = Provenance(
      setup, best: best, history: history, version: "1.2", instructionSet: .best)
    let named = try model.named("mine", training: provenance.json)
    let read = try Model(name: "mine", bytes: named.serialized())
    #expect(Provenance.history(of: read) == history)
    #expect(read.training?.contains("\"by\":\"hangtag 1.2\"") == true)
    #expect(read.training?.contains(setup.training.sources[0].sha256) == true)
    #expect(read.training?.contains("\"momentum\":0.9") == true)
    #expect(Provenance.tells(that: read, learnedFrom: Samples.images()))
    #expect(!Provenance.tells(that: read, learnedFrom: Samples.images(perClass: 21)))
  }

  @Test(arguments: [
    #""seed":-1,"recipe":{"validation":0.2}"#, #""seed":1,"recipe":{"validation":2}"#,
    #""seed":1,"recipe":{"validation":-0.1}"#,
  ])
  func provenanceThatCannotBeIsNotBelieved(text: String) throws {
    let folder = try TemporaryFolder()
    let setup = try setup { $0.epochs = 1 }
    let model = try #require(try train(setup, in: folder.path))
    let images = Samples.images()
    let json =
      #"{"data":[{"name":"samples","sha256":"\#(images.sources[0].sha256)","images":60}],\#(text),"#
      + #""history":[{"epoch":1,"learning_rate":1,"training_loss":-1e308,"training_accuracy":0,"seconds":1},"#
      + #"{"epoch":2,"learning_rate":1,"training_loss":1e308,"training_accuracy":0,"seconds":1}]}"#
    let named = try model.named("mine", training: json)
    #expect(throws: TrainingError.self) { try Provenance.split(images, of: named) }
    #expect(Provenance.history(of: named).isEmpty)
  }

  @Test func labelsThatWouldShareAFolderAreRefusedBeforeTheFirstEpoch() throws {
    let samples = Samples.images()
    let images = ImageSet(
      pixels: samples.pixels, labels: samples.labels, labelNames: ["coat", "Coat", "hat"],
      name: "samples")
    let error = #expect(throws: TrainingError.self) { try setup(images: images) }
    #expect(error?.message.contains("would share the folder \"coat\"") == true)
  }

  @Test func aNetworkForOtherImagesIsRefused() throws {
    let small = try Architecture(
      inputShape: [1, 8, 8],
      layers: [
        .flatten, .linear(.init(name: "a", inputFeatures: 64, outputFeatures: 3, bias: true)),
      ])
    let error = #expect(throws: TrainingError.self) {
      try TrainingSetup(recipe: Recipe(), architecture: small, images: Samples.images())
    }
    #expect(error?.code == .architecture)
  }
}
