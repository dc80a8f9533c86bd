import Synchronization
import Testing
import Threading

@testable import Inbox

@Suite struct ClaimIdentityTests {
  /// A generator whose wall clock shows what the test sets.
  private func generator(_ clock: Clock) -> ClaimIdentityGenerator {
    ClaimIdentityGenerator(time: TimeSource(wall: { clock.wall }, monotonic: { .now }))
  }

  private final class Clock: Sendable {
    private let nanoseconds: Mutex<Int64>

    init(milliseconds: Int64) { nanoseconds = Mutex(milliseconds * 1_000_000) }

    var wall: Int64 { nanoseconds.withLock { $0 } }
    func set(milliseconds: Int64) { nanoseconds.withLock { $0 = milliseconds * 1_000_000 } }
  }

  @Test("The example of RFC 9562, appendix A.6, is written and read as the RFC does")
  func rfcExample() throws {
    let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    let identity = ClaimIdentity(
      milliseconds: 0x017F_22E2_79B0, counter: 0xCC3, random: 0x18C4_DC0C_0C07_398F << 2)
    #expect(identity.description == text)
    #expect(ClaimIdentity(text) == identity)
    #expect(identity.milliseconds == 1_645_557_742_000)
  }

  @Test(
    "What is no version 7 UUID in lower case is refused",
    arguments: [
      "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017F22E2-79b0-7cc3-98c4-dc0c0c07398f",
      "017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
      "017f22e279b0-7cc3-98c4-dc0c0c07398f0", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
      "017f22e2-79b0-7cc3-98c4-dc0c0c07398f ",
    ])
  func refused(text: String) {
    #expect(ClaimIdentity(text) == nil)
  }

  @Test("Each identity is greater than the one before, within a millisecond and over 4096 of them")
  func monotonic() {
    let generator = generator(Clock(milliseconds: 1000))
    var last = generator.next()
    for _ in 0..<10_000 {
      let next = generator.next()
      #expect(next > last)
      last = next
    }
  }

  @Test("Identities go on rising when the clock is set back a year")
  func clockSetBack() {
    let clock = Clock(milliseconds: 1_700_000_000_000)
    let generator = generator(clock)
    let before = generator.next()
    clock.set(milliseconds: 1_700_000_000_000 - 31_536_000_000)
    let after = generator.next()
    #expect(after > before)
    clock.set(milliseconds: 1_700_000_000_001)
    #expect(generator.next() > after)
  }

  @Test("Text order is the order of time, as listings of work/ show it")
  func textOrder() {
    let clock = Clock(milliseconds: 1)
    let generator = generator(clock)
    let early = generator.next()
    clock.set(milliseconds: 0xFFFF_FFFF)
    #expect(early.description < generator.next().description)
  }
}
