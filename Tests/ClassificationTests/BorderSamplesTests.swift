import Testing

@testable import Classification

struct BorderSamplesTests {
  /// A surface with a different number for each term and channel.
  private var model: BackgroundModel {
    var model = BackgroundModel(
      constant: SIMD4(120, 130, 140, 0), content: PixelBox(x: 0, y: 0, width: 8, height: 8))
    for term in 1..<6 {
      model.coefficients[term] = SIMD4(1, -2, 3, 0) * Float(term) + SIMD4(5, 7, -9, 0)
    }
    return model
  }

  /// Samples all over the picture that lie on the surface, 64 of them.
  private var samples: BorderSamples {
    var samples = BorderSamples()
    for row in 0..<8 {
      for column in 0..<8 {
        let (u, v) = (model.u(column: column), model.v(row: row))
        let terms: [Float] = [1, u, v, u * u, v * v, u * v]
        let colour = terms.indices.reduce(SIMD4<Float>.zero) {
          $0 + model.coefficients[$1] * terms[$1]
        }
        samples.append(u: u, v: v, colour: colour)
      }
    }
    return samples
  }

  @Test func samplesOfASurfaceHaveNoDistanceFromIt() {
    var samples = samples
    samples.measureDistances(from: model)
    #expect(samples.distances.count == 64)
    #expect(samples.distances.allSatisfy { $0 < 1e-6 })
  }

  @Test func theSurfaceThroughSamplesIsTheirs() {
    var samples = samples
    let base = SIMD4<Float>(100, 100, 100, 0)
    samples.measureDistances(
      from: BackgroundModel(constant: base, content: model.content))
    let equations = samples.equations(terms: 6, on: base, limit: 1e6)
    #expect(equations.weight > 60)
    var found = equations.solved(terms: 6, ridge: 1e-6)
    found[0] += base
    for term in 0..<6 {
      let difference = found[term] - model.coefficients[term]
      #expect((difference * difference).sum() < 1e-4, "term \(term)")
    }
  }

  @Test func farSamplesHaveNoSay() {
    var samples = samples
    // As many again, of a colour that is far away.
    for index in 0..<64 {
      samples.append(u: Float(index) / 32 - 1, v: 0, colour: SIMD4(0, 0, 255, 0))
    }
    samples.measureDistances(from: model)
    let found = samples.equations(terms: 6, on: model.coefficients[0], limit: 100)
      .solved(terms: 6, ridge: 1e-6)
    #expect((found[0] * found[0]).sum() < 1e-4)
    for term in 1..<6 {
      let difference = found[term] - model.coefficients[term]
      #expect((difference * difference).sum() < 1e-4, "term \(term)")
    }
  }

  @Test func votesAreOneForTheSameColourAndNoneFromTheLimitOn() {
    var samples = BorderSamples()
    for index in 0..<32 {
      // 16 meet the colour, 8 are half as far as the limit, 8 beyond it.
      let level: Float = index < 16 ? 100 : index < 24 ? 110 : 130
      samples.append(u: 0, v: 0, colour: SIMD4(level, level, level, 0))
    }
    #expect(samples.votes(for: SIMD4(100, 100, 100, 0), limit: 200) == 20)
  }
}
