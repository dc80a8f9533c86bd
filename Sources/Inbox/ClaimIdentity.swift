import Synchronization

/// The identity of one taking of a photo out of the inbox: unique for ever, and in the order of
/// time. A UUID version 7 (RFC 9562), written in lower case.
public struct ClaimIdentity: Sendable, Hashable, Comparable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Fields of RFC 9562, section 5.7: 48 bits of milliseconds, version, 12 bits, variant, 62 bits.
  init(milliseconds: Int64, counter: UInt16, random: UInt64) {
    high = UInt64(milliseconds) << 16 | 0x7000 | UInt64(counter & 0x0fff)
    low = 0x8000_0000_0000_0000 | random >> 2
  }

  /// Reads the text form; nil for anything but a version 7 UUID in lower case.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return nil }
    var words: [UInt64] = [0, 0]
    var digits = 0
    for (position, byte) in bytes.enumerated() {
      if Self.hyphens.contains(position) {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: return nil
      }
      words[digits / 16] = words[digits / 16] << 4 | UInt64(digit)
      digits += 1
    }
    guard words[0] >> 12 & 0xf == 7, words[1] >> 62 == 0b10 else { return nil }
    self.init(high: words[0], low: words[1])
  }

  private static let hyphens: Set = [8, 13, 18, 23]

  /// The text form: 8-4-4-4-12 hexadecimal digits, lower case.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for place in 0..<32 {
      if [8, 12, 16, 20].contains(place) { text.append(UInt8(ascii: "-")) }
      let word = place < 16 ? high : low
      text.append(digits[Int(word >> UInt64(60 - place % 16 * 4) & 0xf)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Milliseconds since 1970 of the claim. Runs ahead of the wall clock after that was set back.
  public var milliseconds: Int64 { Int64(high >> 16) }

  /// The earlier claim is the smaller.
  public static func < (left: ClaimIdentity, right: ClaimIdentity) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

/// Makes claim identities, each greater than the one before, also when the clock steps back.
final class ClaimIdentityGenerator: Sendable {
  private struct Last {
    var milliseconds: Int64 = 0
    var counter: UInt16 = 0
  }

  private let last = Mutex(Last())
  private let time: TimeSource

  init(time: TimeSource) { self.time = time }

  /// A new identity, by RFC 9562's "fixed bit-length dedicated counter": the 12 bits behind the
  /// milliseconds start low and count within one millisecond; when they are used up, or the clock
  /// has stepped back, the last millisecond is counted on.
  func next() -> ClaimIdentity {
    let now = time.wall() / 1_000_000
    let (milliseconds, counter) = last.withLock { last in
      if now > last.milliseconds {
        last = Last(milliseconds: now, counter: .random(in: 0..<0x800))
      } else if last.counter < 0x0fff {
        last.counter += 1
      } else {
        last = Last(milliseconds: last.milliseconds + 1, counter: 0)
      }
      return (last.milliseconds, last.counter)
    }
    return ClaimIdentity(
      milliseconds: milliseconds, counter: counter, random: .random(in: 0 ... .max))
  }
}
