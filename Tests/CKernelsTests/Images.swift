import CKernels

/// Images in the kernels' layout, with zeros around them and other memory around those, which a
/// kernel must leave alone.
@safe
final class Images: Mapped {
  let count: Int
  let channels: Int
  let height: Int
  let width: Int
  let padding: Int

  private static let guardCount = 64
  private static let guardValue: Float = -77
  private let size: Int
  private let memory: UnsafeMutablePointer<Float>

  /// Images of the given values, `[image][channel][row][column]`.
  init(
    _ values: [Float], count: Int, channels: Int, height: Int, width: Int, padding: Int = 0
  ) {
    self.count = count
    self.channels = channels
    self.height = height
    self.width = width
    self.padding = padding
    let blocks = (channels + 15) / 16
    size = count * blocks * (height + 2 * padding) * (width + 2 * padding) * 16
    unsafe memory = .allocate(capacity: size + 2 * Self.guardCount)
    unsafe memory.initialize(repeating: Self.guardValue, count: size + 2 * Self.guardCount)
    unsafe (memory + Self.guardCount).update(repeating: 0, count: size)
    forEach { index, place in unsafe memory[place] = values[index] }
  }

  /// Images to be overwritten: every value is one that no kernel gives.
  convenience init(count: Int, channels: Int, height: Int, width: Int, padding: Int = 0) {
    self.init(
      [Float](repeating: 12345, count: count * channels * height * width), count: count,
      channels: channels, height: height, width: width, padding: padding)
  }

  deinit { unsafe memory.deallocate() }

  var extent: hangtag_extent {
    hangtag_extent(
      images: Int32(count), channels: Int32(channels), height: Int32(height), width: Int32(width))
  }

  var map: hangtag_map {
    let row = (width + 2 * padding) * 16
    let block = (height + 2 * padding) * row
    return unsafe hangtag_map(
      data: memory + Self.guardCount + padding * row + padding * 16,
      image: (channels + 15) / 16 * block, block: block, row: row, pixel: 16)
  }

  var values: [Float] {
    var values = [Float](repeating: 0, count: count * channels * height * width)
    forEach { index, place in values[index] = unsafe memory[place] }
    return values
  }

  /// Whether all that is no value is as it was: the channels that fill up blocks and the zeros
  /// around images are zero, the memory around them untouched.
  var isRestIntact: Bool {
    var rest = [Float](repeating: Self.guardValue, count: size + 2 * Self.guardCount)
    for index in Self.guardCount..<Self.guardCount + size { rest[index] = 0 }
    forEach { _, place in rest[place] = unsafe memory[place] }
    return rest.indices.allSatisfy { unsafe memory[$0] == rest[$0] }
  }

  private func forEach(_ body: (Int, Int) -> Void) {
    let map = unsafe self.map
    let origin = unsafe map.data - memory
    var index = 0
    for image in 0..<count {
      for channel in 0..<channels {
        for y in 0..<height {
          for x in 0..<width {
            let inBlock = unsafe channel / 16 * map.block + y * map.row + x * map.pixel
            body(index, unsafe origin + image * map.image + inBlock + channel % 16)
            index += 1
          }
        }
      }
    }
  }
}

/// Images of one pixel, as the rows of a matrix.
final class Rows: Mapped {
  private let images: Images

  init(_ images: Images) { self.images = images }

  var map: hangtag_map {
    let map = unsafe images.map
    return unsafe hangtag_map(data: map.data, image: 0, block: map.block, row: 0, pixel: map.image)
  }
}

/// Numbers from -1 to 1, the same in every run.
func numbers(_ count: Int, seed: UInt64, bits: Int = 8) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int64(bitPattern: state) >> (64 - bits)) / Float(1 << (bits - 1))
  }
}

/// The largest difference, relative to the largest expected value or 1; infinite where there is
/// something that is no number.
func difference(_ actual: [Float], _ expected: [Double]) -> Double {
  guard actual.count == expected.count, actual.allSatisfy(\.isFinite) else { return .infinity }
  let scale = expected.reduce(1) { max($0, abs($1)) }
  return zip(actual, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / scale
}
