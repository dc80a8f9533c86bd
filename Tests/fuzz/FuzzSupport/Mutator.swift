/// Where a target's changes to an input come from: libFuzzer's, and choices by its random number.
public struct Mutator {
  private var seed: Int
  private let changeByLibFuzzer: ([UInt8]) -> [UInt8]

  init(seed: Int, change: @escaping ([UInt8]) -> [UInt8]) {
    self.seed = seed
    changeByLibFuzzer = change
  }

  /// The bytes, changed by libFuzzer.
  public func change(_ bytes: [UInt8]) -> [UInt8] { changeByLibFuzzer(bytes) }

  /// True once in so many times.
  public mutating func oneIn(_ count: Int) -> Bool {
    defer { seed /= count }
    return seed % count == 0
  }
}
