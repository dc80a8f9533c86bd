import CPixels

/// Pixels of a picture's border, an array for each of their numbers, so that loops over them take
/// several at once. Their number is a multiple of `PIXELS_LANES`. The memory is kept from picture to
/// picture.
struct BorderSamples {
  /// Across the content, -1 to 1.
  private var u: [Float] = []
  /// Down the content, -1 to 1.
  private var v: [Float] = []
  private var red: [Float] = []
  private var green: [Float] = []
  private var blue: [Float] = []
  /// The squared distances from a model that were measured last.
  private(set) var distances: [Float] = []

  var count: Int { u.count }

  mutating func removeAll() {
    u.removeAll(keepingCapacity: true)
    v.removeAll(keepingCapacity: true)
    red.removeAll(keepingCapacity: true)
    green.removeAll(keepingCapacity: true)
    blue.removeAll(keepingCapacity: true)
  }

  mutating func append(u: Float, v: Float, colour: SIMD4<Float>) {
    self.u.append(u)
    self.v.append(v)
    red.append(colour.x)
    green.append(colour.y)
    blue.append(colour.z)
  }

  /// Each channel's median.
  func median(of range: Range<Int>) -> SIMD4<Float> {
    SIMD4(
      Self.median(of: red, in: range), Self.median(of: green, in: range),
      Self.median(of: blue, in: range), 0)
  }

  /// By counting levels: sorting would allocate.
  private static func median(of levels: [Float], in range: Range<Int>) -> Float {
    var counts = InlineArray<256, Int32>(repeating: 0)
    for sample in range { counts[Int(levels[sample])] += 1 }
    var level = 0
    var below = Int(counts[0])
    while below <= range.count / 2 {
      level += 1
      below += Int(counts[level])
    }
    return Float(level)
  }

  /// The samples' votes for a colour: one votes 1 for its own and less for another, 0 where the squared
  /// distance is `limit` or more.
  func votes(for colour: SIMD4<Float>, limit: Float) -> Float {
    let colour: InlineArray<3, Float> = [colour.x, colour.y, colour.z]
    return unsafe withSamples { samples in
      unsafe colour.span.withUnsafeBufferPointer { colour in
        unsafe pixels_votes(samples, count, colour.baseAddress, limit)
      }
    }
  }

  /// Fills `distances`.
  mutating func measureDistances(from model: BackgroundModel) {
    var coefficients = InlineArray<18, Float>(repeating: 0)
    for channel in 0..<3 {
      for term in 0..<6 { coefficients[6 * channel + term] = model.coefficients[term][channel] }
    }
    // Out of this value, which cannot be read and changed at once, and back.
    var distances: [Float] = []
    swap(&distances, &self.distances)
    if distances.count != count { distances = [Float](repeating: 0, count: count) }
    unsafe withSamples { samples in
      unsafe coefficients.span.withUnsafeBufferPointer { coefficients in
        unsafe distances.withUnsafeMutableBufferPointer { distances in
          unsafe pixels_distances(
            samples, distances.count, coefficients.baseAddress, distances.baseAddress)
        }
      }
    }
    swap(&distances, &self.distances)
  }

  /// The equations of a surface of `terms` terms (1, 3 or 6), on top of `colour`, through the samples
  /// whose squared distance, as measured last, is below `limit`: the less it is, the more they weigh.
  func equations(terms: Int, on colour: SIMD4<Float>, limit: Float) -> NormalEquations {
    let colour: InlineArray<3, Float> = [colour.x, colour.y, colour.z]
    precondition(distances.count == count, "measure the distances of these samples first")
    var moments = InlineArray<15, Double>(repeating: 0)
    var differences = InlineArray<18, Double>(repeating: 0)
    var momentSpan = moments.mutableSpan
    var differenceSpan = differences.mutableSpan
    unsafe withSamples { samples in
      unsafe colour.span.withUnsafeBufferPointer { colour in
        unsafe momentSpan.withUnsafeMutableBufferPointer { moments in
          unsafe differenceSpan.withUnsafeMutableBufferPointer { differences in
            unsafe distances.withUnsafeBufferPointer { distances in
              unsafe pixels_sum_samples(
                samples, count, distances.baseAddress, limit, colour.baseAddress, Int32(terms),
                moments.baseAddress, differences.baseAddress)
            }
          }
        }
      }
    }
    return NormalEquations(moments: moments, differences: differences)
  }

  /// Runs `body` with the samples as the loops in C want them.
  private func withSamples<Result>(
    _ body: (UnsafePointer<pixels_samples>) -> Result
  ) -> Result {
    precondition(count.isMultiple(of: Int(PIXELS_LANES)), "the loops take so many at a time")
    return unsafe u.withUnsafeBufferPointer { u in
      unsafe v.withUnsafeBufferPointer { v in
        unsafe red.withUnsafeBufferPointer { red in
          unsafe green.withUnsafeBufferPointer { green in
            unsafe blue.withUnsafeBufferPointer { blue in
              var samples = unsafe pixels_samples(
                u: u.baseAddress, v: v.baseAddress, red: red.baseAddress,
                green: green.baseAddress, blue: blue.baseAddress)
              return unsafe body(&samples)
            }
          }
        }
      }
    }
  }
}
