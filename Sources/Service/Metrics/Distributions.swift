import Threading

/// A part of a photo's way that takes time.
enum Stage: String, Sendable, CaseIterable {
  /// From the last change of the photo's file to its claim: until it was ready, and its turn came.
  case settle
  /// From the first byte to the reduced picture.
  case decode
  /// From the reduced picture to the decision.
  case infer
  /// From the decision to the durable entry.
  case commit
}

/// How long one photo's stages took, as far as they are known.
struct StageTimes: Sendable {
  private(set) var durations: [Stage: Duration] = [:]
  /// When it was decided what becomes of the photo.
  let decidedAt: MonotonicTime

  init(decidedAt: MonotonicTime, analysis: PhotoAnalysis? = nil) {
    self.decidedAt = decidedAt
    guard let analysis else { return }
    durations[.decode] = analysis.decodeTime
    if case .success = analysis.result { durations[.infer] = analysis.inferenceTime }
  }

  subscript(stage: Stage) -> Duration? {
    get { durations[stage] }
    set { durations[stage] = newValue }
  }
}

/// What is counted by size, since the start.
struct Distributions: Sendable {
  private(set) var stages = Dictionary(
    uniqueKeysWithValues: Stage.allCases.map { ($0, Histogram.seconds) })
  private(set) var confidence = Histogram.probabilities

  /// Adds a photo that has just become durable.
  mutating func add(_ times: StageTimes, confidence: Double?) {
    for (stage, duration) in times.durations { stages[stage]?.add(duration / .seconds(1)) }
    if let confidence { self.confidence.add(confidence) }
  }
}
