import CDigest

/// SHA-256 (FIPS 180-4) of bytes that come in pieces. The compression is a kernel of our own: with
/// SHA extensions it took 0.166 ms for 220 KB where BoringSSL took 0.154, and swift-crypto would add
/// all of BoringSSL to a clean build and 3 MB to each program.
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var tail: [UInt8] = []
  private var length: UInt64 = 0

  /// Creates the digest of nothing yet.
  public init() { tail.reserveCapacity(128) }

  /// Adds bytes.
  public mutating func update(_ bytes: Span<UInt8>) {
    length += UInt64(bytes.count)
    var rest = bytes
    if !tail.isEmpty {
      let missing = min(64 - tail.count, rest.count)
      for index in 0..<missing { tail.append(rest[index]) }
      rest = rest.extracting(droppingFirst: missing)
      if tail.count < 64 { return }
      compressTail()
    }
    Self.compress(rest.extracting(first: rest.count & ~63), into: &state)
    for index in (rest.count & ~63)..<rest.count { tail.append(rest[index]) }
  }

  /// The digest of all bytes added: 64 lower-case hexadecimal digits.
  public consuming func finish() -> String {
    tail.append(0x80)
    let zeros = (tail.count <= 56 ? 56 : 120) - tail.count
    tail.append(contentsOf: repeatElement(0, count: zeros))
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: (length &* 8) >> UInt64(shift)))
    }
    compressTail()
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for word in state {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(digits[Int(word >> UInt32(shift) & 15)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The digest of `bytes`: 64 lower-case hexadecimal digits.
  public static func hex(of bytes: Span<UInt8>) -> String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.finish()
  }

  private mutating func compressTail() {
    let blocks = tail
    Self.compress(blocks.span, into: &state)
    tail.removeAll(keepingCapacity: true)
  }

  private static func compress(_ blocks: Span<UInt8>, into state: inout [UInt32]) {
    unsafe blocks.withUnsafeBufferPointer { blocks in
      unsafe state.withUnsafeMutableBufferPointer { state in
        unsafe sha256_blocks(state.baseAddress, blocks.baseAddress, blocks.count / 64)
      }
    }
  }
}
