import NeuralNetwork
import Testing

@testable import Classification

struct DecisionPolicyTests {
  /// A photo with nothing to complain about.
  private var fine: PreparedInput.Measurements {
    var seen = PreparedInput.Measurements()
    seen.borderUniformity = 1
    seen.subject = PixelBox(x: 10, y: 10, width: 100, height: 120)
    return seen
  }

  private func decide(
    _ probabilities: [Float], _ policy: DecisionPolicy = DecisionPolicy(),
    seen: PreparedInput.Measurements? = nil
  ) -> Decision {
    policy.decide(probabilities.span, measurements: seen ?? fine)
  }

  @Test func sureAndCleanIsAccepted() {
    let decision = decide([0.02, 0.9, 0.05, 0.03])
    #expect(decision.outcome == .accepted)
    #expect(decision.index == 1)
    #expect(abs(decision.confidence - 0.9) < 1e-6)
    #expect(decision.reasons.isEmpty)
    #expect(decision.alternatives.map(\.index) == [2, 3])
    #expect(abs(decision.alternatives[0].confidence - 0.05) < 1e-6)
  }

  @Test func unsureIsReviewed() {
    let decision = decide([0.7, 0.2, 0.1])
    #expect(decision.outcome == .review)
    #expect(decision.reasons == [.belowThreshold])
  }

  @Test func twoCloseCategoriesAreAmbiguous() {
    #expect(decide([0.1, 0.5, 0.4]).reasons == [.belowThreshold, .ambiguous])
    #expect(
      decide([0.1, 0.5, 0.4], DecisionPolicy(calibration: nil, threshold: 0.3)).reasons == [
        .ambiguous
      ])
  }

  @Test func clutterIsReviewedHoweverSure() {
    var seen = fine
    seen.borderUniformity = 0.4
    #expect(decide([0.99, 0.01], seen: seen).reasons == [.busyBackground])
  }

  @Test func nothingButBackgroundIsBlank() {
    var seen = fine
    seen.subject = nil
    #expect(decide([0.99, 0.01], seen: seen).reasons == [.blank])
  }

  @Test func fewPixelsAreTiny() {
    var seen = fine
    seen.subject = PixelBox(x: 0, y: 0, width: 20, height: 27)
    #expect(decide([0.99, 0.01], seen: seen).reasons == [.tiny])
    seen.subject = PixelBox(x: 0, y: 0, width: 20, height: 28)
    #expect(decide([0.99, 0.01], seen: seen).reasons.isEmpty)
  }

  @Test func theModelsLimitsCountAndTheConfigurationWins() {
    let calibration = Calibration(
      temperature: 1.3, threshold: 0.65, thresholds: ["ambiguous": 0.2, "busy_background": 0.5])
    let model = DecisionPolicy(calibration: calibration)
    #expect(model.threshold == 0.65)
    #expect(model.ambiguousRatio == 0.2)
    #expect(model.leastBorderUniformity == 0.5)
    #expect(DecisionPolicy(calibration: calibration, threshold: 0.9).threshold == 0.9)
    #expect(DecisionPolicy(calibration: nil).threshold == 0.8)
  }

  @Test func whatIsUnlikeTheTrainingIsReviewedHoweverSure() {
    let policy = DecisionPolicy(
      calibration: Calibration(temperature: 1, thresholds: ["unlike_training": 2.5]))
    let sure: [Float] = [0.99, 0.01]
    #expect(policy.decide(sure.span, distance: 2.5, measurements: fine).outcome == .accepted)
    #expect(
      policy.decide(sure.span, distance: 2.6, measurements: fine).reasons == [.unlikeTraining])
    #expect(
      policy.decide(sure.span, distance: .nan, measurements: fine).reasons == [.unlikeTraining])
  }

  @Test func anImageThatIsNoPhotoIsJudgedByItsProbabilitiesAlone() {
    let sure: [Float] = [0.99, 0.01]
    #expect(DecisionPolicy().decide(sure.span, measurements: nil).outcome == .accepted)
  }

  @Test func thresholdItselfIsEnough() {
    let policy = DecisionPolicy(calibration: nil, threshold: 0.75)
    #expect(decide([0.75, 0.25], policy).outcome == .accepted)
  }

  @Test func nonsenseProbabilitiesAreReviewed() {
    #expect(decide([.nan, .nan]).outcome == .review)
  }

  @Test func aModelOfOneCategoryHasNoAlternatives() {
    let decision = decide([1])
    #expect(decision.outcome == .accepted)
    #expect(decision.alternatives.isEmpty)
  }
}
