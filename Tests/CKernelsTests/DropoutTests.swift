import CKernels
import Testing

@Suite struct DropoutTests {
  /// Philox4x32-10 from its definition.
  private func philox(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
      let first = UInt64(c[0]) * 0xD251_1F53
      let second = UInt64(c[2]) * 0xCD9E_8D57
      c = [
        UInt32(second >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: first),
      ]
      k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return c
  }

  /// The known answers of Random123's `kat_vectors`, philox4x32 with 10 rounds.
  @Test func `the reference gives the published numbers`() {
    #expect(
      philox([0, 0, 0, 0], [0, 0]) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    #expect(
      philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  @Test(arguments: KernelTable.all)
  func `the mask is Philox of place, image, step and layer`(table: KernelTable) {
    let (images, channels, height, width) = (3, 20, 5, 3)
    let input = numbers(images * channels * height * width, seed: 12)
    let source = Images(input, count: images, channels: channels, height: height, width: width)
    let target = Images(
      count: images, channels: channels, height: height, width: width, padding: 1)
    let dropout = hangtag_dropout(
      key: (0xDEAD_BEEF, 0x0123_4567), step: 7, layer: 2, first_image: 40,
      threshold: UInt32(0.3 * 0x1p32), scale: 1.5)
    table.dropout(dropout, source, into: target)

    var expected = [Double](repeating: 0, count: input.count)
    for index in input.indices {
      let pixel = index % (height * width)
      let channel = index / (height * width) % channels
      let image = index / (height * width * channels)
      let position = channel / 16 * height * width + pixel
      let counter = UInt32(position / 4 * 16 + channel % 16)
      let bits = philox([counter, UInt32(40 + image), 7, 2], [0xDEAD_BEEF, 0x0123_4567])
      let isKept = bits[position % 4] >= dropout.threshold
      expected[index] = isKept ? Double(input[index]) * 1.5 : 0
    }
    #expect(difference(target.values, expected) < 1e-6)
    #expect(target.isRestIntact)
    // In place, as on the way back.
    table.dropout(dropout, source, into: source)
    #expect(source.values == target.values)
  }
}
