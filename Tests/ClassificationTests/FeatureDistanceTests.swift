import NeuralNetwork
import Testing

@testable import Classification

struct FeatureDistanceTests {
  private func distance(_ features: [Float]) throws -> Float {
    // Standard deviations 1/2 and 1/4, the second feature leaning on the first.
    let whitening = Tensor(shape: [2, 2], values: [2, 0, 1, 4])
    let centres = Tensor(shape: [2, 2], values: [0, 0, 20, 0])
    let distance = try FeatureDistance(whitening: whitening, centres: centres)
    var scratch: [Float] = [0, 0]
    return distance([99, 99] + features, from: 2, scratch: &scratch)
  }

  @Test func aCategorysMeanIsNotUnlike() throws {
    #expect(try distance([0, 0]) == 0)
  }

  @Test func theNearestCategoryCounts() throws {
    // W (9.5, -2.375) = (19, 0): 1 from the second centre; a half a feature.
    #expect(abs(try distance([9.5, -2.375]) - 0.5) < 1e-5)
  }

  @Test func directionsThatHardlyVaryCountMore() throws {
    #expect(try distance([0, 1]) == 8)
    #expect(try distance([1, -0.25]) == 2)
  }

  /// Eight features are summed at a time, the others one by one.
  @Test(arguments: [1, 7, 8, 11, 24])
  func everyFeatureCounts(count: Int) throws {
    var random = SystemRandomNumberGenerator()
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in .random(in: -1...1, using: &random) }
    }
    let (whitening, centres) = (numbers(count * count), numbers(3 * count))
    let features = numbers(count)
    let white = (0..<count).map { row -> Float in
      (0...row).reduce(Float(0)) { $0 + whitening[row * count + $1] * features[$1] }
    }
    let distances = (0..<3).map { category -> Float in
      (0..<count).reduce(Float(0)) { sum, index in
        let difference = white[index] - centres[category * count + index]
        return sum + difference * difference
      }
    }
    let nearest = try #require(distances.min())
    let distance = try FeatureDistance(
      whitening: Tensor(shape: [count, count], values: whitening),
      centres: Tensor(shape: [3, count], values: centres))
    // Longer than it need be.
    var scratch = [Float](repeating: 0, count: count + 5)
    let measured = distance(features, from: 0, scratch: &scratch)
    #expect(abs(measured - nearest / Float(count)) < 1e-4)
  }

  @Test func tensorsThatDoNotFitAreRefused() {
    let error = #expect(throws: ClassifierError.self) {
      try FeatureDistance(
        whitening: Tensor(shape: [2, 3], values: [0, 0, 0, 0, 0, 0]),
        centres: Tensor(shape: [1, 2], values: [0, 0]))
    }
    #expect(error?.code == .policyShape)
  }
}
