/// Philox4x32-10, a counter-based random generator (Salmon et al. 2011, "Parallel random numbers:
/// as easy as 1, 2, 3"): what it gives depends on key and counter alone, so any image's numbers can
/// be drawn on any thread, in any order, and again after a stop.
struct Philox: RandomNumberGenerator {
  /// What numbers are for, so that no two uses share any.
  enum Purpose: UInt32 {
    case split = 1
    case order = 2
    case augmentation = 3
    case bootstrap = 4
  }

  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  /// Words of `block` that were given out; 4: none is left.
  private var used = 4

  /// The numbers of one item: of one image in one epoch, say.
  init(seed: UInt64, _ purpose: Purpose, epoch: Int = 0, item: Int = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      0, UInt32(truncatingIfNeeded: item), UInt32(truncatingIfNeeded: epoch), purpose.rawValue)
  }

  /// The next 32 random bits.
  mutating func nextWord() -> UInt32 {
    if used == 4 {
      block = Self.block(counter: counter, key: key)
      counter.x &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    return low | UInt64(nextWord()) << 32
  }

  /// A number from 0 to below 1, in steps of 2^-24.
  mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

  /// A whole number from 0 to below `bound`. The bias of the multiplication is below 2^-32 * bound.
  mutating func below(_ bound: Int) -> Int { Int((UInt64(nextWord()) * UInt64(bound)) >> 32) }

  /// Brings a list in random order (Fisher and Yates).
  mutating func shuffle(_ list: inout [Int]) {
    for last in stride(from: list.count - 1, to: 0, by: -1) {
      list.swapAt(last, below(last + 1))
    }
  }

  /// The ten rounds.
  static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for _ in 0..<10 {
      let first = counter.x.multipliedFullWidth(by: 0xD251_1F53)
      let second = counter.z.multipliedFullWidth(by: 0xCD9E_8D57)
      counter = SIMD4(
        second.high ^ counter.y ^ key.x, second.low, first.high ^ counter.w ^ key.y, first.low)
      key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return counter
  }
}
