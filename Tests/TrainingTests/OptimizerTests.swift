import Testing

@testable import Training

@Suite struct OptimizerTests {
  /// Three weights, one bias, and the gradients of three steps.
  private static let gradients: [[Float]] = [
    [0.1, -0.2, 0.3, 0.05], [-0.3, 0.1, 0.2, 0.1], [0.2, 0.2, -0.4, -0.2],
  ]

  private func values(after method: Optimizer.Method) -> [Float] {
    var optimizer = Optimizer(
      method,
      groups: [
        .init(range: 0..<3, weightDecay: 0.01), .init(range: 3..<4, weightDecay: 0),
      ], momentum: 0.9, beta2: 0.999)
    var values: [Float] = [0.5, -1, 2, 0.25]
    for gradient in Self.gradients {
      var span = values.mutableSpan
      optimizer.update(&span, gradients: gradient.span, learningRate: 0.1)
    }
    return values
  }

  /// PyTorch 2.13: `SGD(lr=0.1, momentum=0.9, nesterov=True)`, weight decay 0.01 on the weights.
  @Test func sgdStepsArePyTorchs() {
    let golden: [Float] = [
      0.504887044429779, -0.9884546399116516, 1.9029407501220703, 0.24370500445365906,
    ]
    for (value, golden) in zip(values(after: .sgd), golden) { #expect(abs(value - golden) < 1e-6) }
  }

  /// PyTorch 2.13: `AdamW(lr=0.1)`, weight decay 0.01 on the weights.
  @Test func adamWStepsArePyTorchs() {
    let golden: [Float] = [
      0.44619220495224, -0.8978655338287354, 1.7945384979248047, 0.07286126166582108,
    ]
    for (value, golden) in zip(values(after: .adamw), golden) {
      #expect(abs(value - golden) < 1e-6)
    }
  }

  private func schedule(_ shape: LearningRateSchedule.Shape) -> LearningRateSchedule {
    LearningRateSchedule(
      shape: shape, peak: 0.4, totalSteps: 100, stepsPerEpoch: 10, warmUpSteps: 20, dropEpochs: 4,
      dropFactor: 0.5)
  }

  @Test(arguments: [LearningRateSchedule.Shape.constant, .step, .oneCycle])
  func theRateRisesToItsPeak(shape: LearningRateSchedule.Shape) {
    #expect(abs(schedule(shape).rate(at: 0) - 0.02) < 1e-12)
    #expect(abs(schedule(shape).rate(at: 9) - 0.2) < 1e-12)
    #expect(abs(schedule(shape).rate(at: 20) - 0.4) < 1e-12)
  }

  @Test func theRateFallsAsItsShapeSays() {
    #expect(schedule(.constant).rate(at: 99) == 0.4)
    #expect(schedule(.step).rate(at: 39) == 0.4)
    #expect(schedule(.step).rate(at: 40) == 0.2)
    #expect(schedule(.step).rate(at: 99) == 0.1)
    #expect(abs(schedule(.oneCycle).rate(at: 60) - 0.2) < 1e-12)
    #expect(schedule(.oneCycle).rate(at: 99) < 0.001)
  }

  @Test func theAverageForgetsItsStartAndFollows() {
    var average = WeightAverage(decay: 0.9, values: [0])
    var current: [Float] = [1]
    let span = current.mutableSpan
    average.update(span, step: 1)
    // Kept at step 1: 2 / 11.
    #expect(abs(average.values[0] - 9 / 11) < 1e-6)
    for step in 2...300 { average.update(span, step: step) }
    #expect(abs(average.values[0] - 1) < 1e-6)
  }
}
