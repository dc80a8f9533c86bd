/// Where the values of a plan lie in one image's part of a workspace. Values that are never needed at
/// the same time may lie in the same place: a workspace takes half as much, and more of it stays in a
/// core's cache. The largest value is placed first, each as low as it can be (Pisarchyk and Lee 2020,
/// greedy by size).
struct MemoryPlan {
  /// The first number of each value.
  private(set) var offsets: [Int]
  /// The numbers of one image.
  let count: Int
  /// Whether other values are written to the same place, so that what a value's own steps leave out,
  /// its padding, does not stay zero.
  let isShared: [Bool]

  /// - Parameters:
  ///   - sizes: each value's, in numbers.
  ///   - plan: the plan whose values they are.
  init(sizes: [Int], of plan: InferencePlan) {
    let lifetimes = Self.lifetimes(plan)
    var places = sizes.map { _ in 0..<0 }
    for value in sizes.indices.sorted(by: { (sizes[$1], $0) < (sizes[$0], $1) }) {
      var start = 0
      let inTheWay = sizes.indices
        .filter { lifetimes[$0].overlaps(lifetimes[value]) && !places[$0].isEmpty }
        .map { places[$0] }
        .sorted { $0.lowerBound < $1.lowerBound }
      for place in inTheWay where place.lowerBound < start + sizes[value] {
        start = max(start, place.upperBound)
      }
      places[value] = start..<start + sizes[value]
    }
    offsets = places.map(\.lowerBound)
    count = places.map(\.upperBound).max() ?? 0
    isShared = places.indices.map { value in
      places.indices.contains { $0 != value && places[$0].overlaps(places[value]) }
    }
  }

  /// From the first to the last step that needs each value.
  private static func lifetimes(_ plan: InferencePlan) -> [ClosedRange<Int>] {
    // The input is there before the first step. Nothing shares its place: it is small, and its padding
    // would have to be cleared before it is written.
    let end = plan.steps.count
    var lifetimes: [ClosedRange<Int>?] = plan.values.map { _ in nil }
    func use(_ value: Int, _ steps: ClosedRange<Int>) {
      let known = lifetimes[value] ?? steps
      lifetimes[value] =
        min(known.lowerBound, steps.lowerBound)...max(known.upperBound, steps.upperBound)
    }
    use(InferencePlan.input, 0...end)
    for (index, step) in plan.steps.enumerated() {
      for value in step.inputs + [step.output] { use(value, index...index) }
    }
    // Read when all steps are done.
    for value in [plan.output, plan.features] {
      if let value { use(value, end...end) }
    }
    return lifetimes.map { $0 ?? end...end }
  }
}
