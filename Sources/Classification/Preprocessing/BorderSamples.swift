import CPixels

/// Pixels of a picture's border, an array for each of their numbers, so that loops over them take
/// several at once. The memory is kept from picture to picture.
struct BorderSamples {
  /// Across the content, -1 to 1.
  private(set) var u: [Float] = []
  /// Down the content, -1 to 1.
  private(set) var v: [Float] = []
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

  /// A sample's (red, green, blue, 0).
  func colour(_ index: Int) -> SIMD4<Float> { SIMD4(red[index], green[index], blue[index], 0) }

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

  /// Fills `distances`.
  mutating func measureDistances(from model: BackgroundModel) {
    if distances.count != count { distances = [Float](repeating: 0, count: count) }
    var coefficients = InlineArray<18, Float>(repeating: 0)
    for channel in 0..<3 {
      for term in 0..<6 { coefficients[6 * channel + term] = model.coefficients[term][channel] }
    }
    let count = count
    unsafe u.withUnsafeBufferPointer { u in
      unsafe v.withUnsafeBufferPointer { v in
        unsafe red.withUnsafeBufferPointer { red in
          unsafe green.withUnsafeBufferPointer { green in
            unsafe blue.withUnsafeBufferPointer { blue in
              var samples = unsafe pixels_samples(
                u: u.baseAddress, v: v.baseAddress, red: red.baseAddress,
                green: green.baseAddress, blue: blue.baseAddress)
              unsafe coefficients.span.withUnsafeBufferPointer { coefficients in
                unsafe distances.withUnsafeMutableBufferPointer { distances in
                  unsafe pixels_distances(
                    &samples, count, coefficients.baseAddress, distances.baseAddress)
                }
              }
            }
          }
        }
      }
    }
  }
}
