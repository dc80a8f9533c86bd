import CDigest
import Digest
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// From FIPS 180-2, appendix B, and the NIST example for the empty message.
  @Test(
    "gives the published digests",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func published(_ message: String, _ digest: String) {
    let bytes = Array(message.utf8)
    #expect(SHA256.hex(of: bytes.span) == digest)
  }

  @Test(
    "gives the published digest of a million letters, whatever the pieces",
    arguments: [1, 63, 64, 1000])
  func pieces(_ size: Int) {
    var digest = SHA256()
    var rest = 1_000_000
    while rest > 0 {
      let piece = [UInt8](repeating: UInt8(ascii: "a"), count: min(size, rest))
      digest.update(piece.span)
      rest -= piece.count
    }
    #expect(
      digest.finish() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("is the same with and without the processor's extensions")
  func portable() {
    let bytes = (0..<64 * 33).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 7) }
    let start: [UInt32] = [1, 2, 3, 4, 5, 6, 7, 8]
    var (fast, portable) = (start, start)
    unsafe sha256_blocks(&fast, bytes, 33)
    unsafe sha256_blocks_portable(&portable, bytes, 33)
    #expect(fast == portable)
    #expect(fast != start)
  }
}
