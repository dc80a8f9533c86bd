import Classification
import NeuralNetwork
import Testing

@testable import Training

@Suite struct CalibrationTests {
  /// A linear model of the samples' three categories. Its logits are `sharpness` times those of a
  /// model that is neither too sure nor too unsure of itself.
  private func model(sharpness: Float) throws -> Model {
    let size = ImageSet.pixelCount
    let left = (0..<size).map { $0 % 28 < 14 ? Float(1) : 0 }
    let rows = [left.map { _ in Float(-1) }, left.map { 1 - $0 }, left.map { 2 * $0 - 1 }]
    return try Model(
      name: "samples",
      architecture: Architecture(
        inputShape: [1, 28, 28],
        layers: [
          .flatten,
          .linear(.init(name: "head", inputFeatures: size, outputFeatures: 3, bias: true)),
        ]),
      labels: Samples.labelNames, input: InputSpecification(preprocessing: 1),
      parameters: [
        "head.weight": Tensor(
          shape: [3, size], values: rows.flatMap { $0 }.map { $0 * sharpness / Float(size) }),
        "head.bias": Tensor(shape: [3], values: [0, 0, 0]),
      ])
  }

  private let calibrator = Calibrator(targetPrecision: 0.9, threads: 2)

  @Test func aModelThatIsTooSureIsCooled() throws {
    let images = Samples.images(perClass: 40)
    func temperature(_ sharpness: Float) throws -> Double {
      let outcome = try calibrator.calibrate(
        model(sharpness: sharpness), on: images, name: "samples", training: nil)
      return try #require(outcome.model.calibration).temperature
    }
    let once = try temperature(10)
    // Twice the logits need twice the temperature; the fit is good to a ten-thousandth.
    #expect(abs(try temperature(20) / once - 2) < 0.001)
  }

  @Test func calibratingLowersTheLossAndLeavesTheCategories() throws {
    let images = Samples.images(perClass: 40)
    let model = try model(sharpness: 3)
    let outcome = try calibrator.calibrate(model, on: images, name: "samples", training: images)
    let evaluator = Evaluator(threads: 1)
    let before = try evaluator.evaluate(model, on: images)
    let after = try evaluator.evaluate(outcome.model, on: images)
    #expect(after.result.loss.value < before.result.loss.value)
    #expect(after.predictions.predicted == before.predictions.predicted)
  }

  @Test func theFileTellsWhatItWasFittedOn() throws {
    let images = Samples.images(perClass: 40)
    let outcome = try calibrator.calibrate(
      model(sharpness: 10), on: images, name: "the samples", training: images)
    let read = try Model(name: "samples", bytes: outcome.model.serialized())
    let calibration = try #require(read.calibration)
    #expect(calibration == outcome.model.calibration)
    #expect(calibration.fittedOn == "the samples")
    #expect(calibration.images == 120)
    #expect(calibration.threshold == outcome.choice.threshold)
    #expect(read.policy == outcome.model.policy)
  }

  @Test func theCurveCountsWhatTheWholePolicyAccepts() throws {
    let images = Samples.images(perClass: 400)
    let outcome = try calibrator.calibrate(
      model(sharpness: 10), on: images, name: "samples", training: images)
    let decisions = try Evaluator(threads: 1).evaluate(outcome.model, on: images).result.decisions
    let curve = try #require(outcome.model.calibration).curve
    let point = try #require(curve.last { $0.threshold >= outcome.choice.threshold })
    #expect(decisions.accepted.count == point.accepted)
    #expect(decisions.acceptedRight.count == point.accepted - point.wrong)
  }

  @Test func noiseIsUnlikeTheTrainingImages() throws {
    let images = Samples.images(perClass: 400)
    let outcome = try calibrator.calibrate(
      model(sharpness: 10), on: images, name: "samples", training: images)
    var generator = Philox(seed: 5, .order)
    let noise = ImageSet(
      pixels: (0..<784 * 20).map { _ in generator.below(2) == 0 ? 0 : 255 },
      labels: [UInt8](repeating: 0, count: 20), labelNames: Samples.labelNames, name: "noise")
    let evaluator = Evaluator(threads: 1)
    let known = try evaluator.evaluate(outcome.model, on: images).result.decisions
    let strange = try evaluator.evaluate(outcome.model, on: noise).result.decisions
    #expect(strange.reasons["unlike_training"] == 20)
    // At most one in two hundred of the images that the limit was fitted on.
    #expect((1...6).contains(known.reasons["unlike_training"] ?? 0))
  }

  @Test func tooFewImagesAreRefused() throws {
    let error = #expect(throws: TrainingError.self) {
      try calibrator.calibrate(
        model(sharpness: 1), on: Samples.images(perClass: 33), name: "few", training: nil)
    }
    #expect(error?.description.contains("99 images are too few") == true)
  }

  @Test func aModelThatKnowsNothingIsRefused() throws {
    let error = #expect(throws: TrainingError.self) {
      try calibrator.calibrate(
        model(sharpness: 0), on: Samples.images(perClass: 40), name: "samples", training: nil)
    }
    #expect(error?.description.contains("Not one of the 120 images") == true)
  }

  /// All features 0: nothing is like or unlike anything.
  @Test func aNetworkThatHasCollapsedIsRefusedToo() throws {
    let collapsed = try Model(
      name: "collapsed",
      architecture: Architecture(
        inputShape: [1, 28, 28],
        layers: [
          .flatten, .linear(.init(name: "body", inputFeatures: 784, outputFeatures: 4, bias: true)),
          .relu, .linear(.init(name: "head", inputFeatures: 4, outputFeatures: 3, bias: true)),
        ]),
      labels: Samples.labelNames, input: InputSpecification(preprocessing: 1),
      parameters: [
        "body.weight": Tensor(shape: [4, 784], repeating: -1),
        "body.bias": Tensor(shape: [4], repeating: 0),
        "head.weight": Tensor(shape: [3, 4], repeating: 1),
        "head.bias": Tensor(shape: [3], repeating: 0),
      ])
    let images = Samples.images(perClass: 40)
    #expect(throws: TrainingError.self) {
      try calibrator.calibrate(collapsed, on: images, name: "samples", training: images)
    }
  }

  /// A shop without one of the categories.
  @Test func aCategoryWithoutImagesKeepsNoneOfTheOthersFromBeingTold() throws {
    let all = Samples.images(perClass: 400)
    let images = all.subset(all.labels.indices.filter { all.labels[$0] != 2 })
    let outcome = try calibrator.calibrate(
      model(sharpness: 10), on: images, name: "samples", training: images)
    #expect(outcome.knowsUnlike)
    let strange = try Evaluator(threads: 1).evaluate(
      outcome.model, on: all.subset(all.labels.indices.filter { all.labels[$0] == 2 }))
    #expect(strange.result.decisions.reasons["unlike_training"] ?? 0 > 0)
  }

  /// The threshold never meets a photo that is sent to review anyway.
  @Test func photosThatArentFitDoNotCount() throws {
    let images = Samples.images(perClass: 400)
    var plain = PreparedInput.Measurements()
    (plain.imageWidth, plain.imageHeight) = (200, 200)
    plain.content = PixelBox(x: 0, y: 0, width: 200, height: 200)
    plain.subject = PixelBox(x: 50, y: 50, width: 100, height: 100)
    (plain.borderUniformity, plain.contrast) = (1, 1)
    var busy = plain
    busy.borderUniformity = 0
    let half = (0..<images.count).map { $0 % 2 == 0 ? plain : busy }
    let model = try model(sharpness: 10)
    let outcome = try calibrator.calibrate(
      model, on: images, measurements: half, name: "samples", training: nil)
    let whole = try calibrator.calibrate(
      model, on: images, measurements: [_](repeating: plain, count: images.count), name: "samples",
      training: nil)
    let last = try #require(outcome.model.calibration?.curve.last)
    let lastOfAll = try #require(whole.model.calibration?.curve.last)
    #expect(last.accepted < lastOfAll.accepted * 2 / 3)
  }

  @Test func whatCannotBeProvenIsSaid() throws {
    let strict = Calibrator(targetPrecision: 0.999, threads: 1)
    let outcome = try strict.calibrate(
      model(sharpness: 10), on: Samples.images(perClass: 40), name: "samples", training: nil)
    #expect(!outcome.isProven)
    #expect(outcome.choice.lowerBound < 0.999)
  }
}
