import FuzzSupport
import Imaging

/// The decoders as a worker of the daemon uses them: one for all photos, one after the other.
final class PictureTarget: FuzzTarget {
  /// Changes a picture knowing its format.
  typealias Mutation = @Sendable ([UInt8], inout Mutator) -> [UInt8]

  let seeds: [String: [UInt8]]
  private let mutation: Mutation?
  private var decoder = ImageDecoder(limits: PictureTarget.limits)
  private var image = RGBImage()

  /// Large enough for every way of reducing a picture, small enough for thousands of them a second.
  private static var limits: DecodeLimits { DecodeLimits(maximumPixels: 1 << 22) }

  init(seeds: [String: [UInt8]], mutation: Mutation? = nil) {
    self.seeds = seeds
    self.mutation = mutation
  }

  func mutate(_ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8] {
    mutation?(bytes, &mutator) ?? mutator.change(bytes)
  }

  func run(_ bytes: [UInt8]) {
    let arrival = completeness(of: bytes.span)
    do {
      let info = try decoder.decode(bytes.span, into: &image)
      // libjpeg reads on past a segment whose length is wrong; only waiting for it would be a fault.
      check(arrival != .incomplete, "what can be decoded has arrived, not: \(arrival)")
      checkSize(info, bytes)
      checkRepeated(info, bytes)
    } catch {
      check(error.code != .unreadable && error.message.hasPrefix("Th"), "a sentence: \(error)")
      check(error.code != .empty || bytes.isEmpty, "only an empty file is empty")
    }
  }

  private func checkSize(_ info: ImageInfo, _ bytes: [UInt8]) {
    guard let header = PictureHeader(bytes) else { fatalError("broken promise: a header is there") }
    let sizes = [(header.width, header.height), (header.height, header.width)]
    check(
      sizes.contains { $0 == (info.width, info.height) },
      "the size is the header's: \(info), \(header)")
    let (edge, reduced) = (max(info.width, info.height), max(image.width, image.height))
    check(
      edge < 224 ? reduced == edge : (224..<448).contains(reduced),
      "\(edge) pixels are reduced to 224...447, not to \(reduced)")
    check(image.pixels.count == 3 * image.width * image.height, "a picture fills its size")
    check(min(image.width, image.height) > 0, "a picture has pixels")
  }

  /// Nothing of the photo before may show in this one.
  private func checkRepeated(_ info: ImageInfo, _ bytes: [UInt8]) {
    var fresh = ImageDecoder(limits: Self.limits)
    var again = RGBImage()
    let same = require("what was decoded can be decoded again") {
      try fresh.decode(bytes.span, into: &again)
    }
    check(same == info && again == image, "a fresh decoder gives the same picture")
  }
}

/// A picture's size, read in the plainest way.
struct PictureHeader {
  var width: Int
  var height: Int

  init?(_ bytes: [UInt8]) {
    func number(_ start: Int, _ count: Int) -> Int {
      bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
    }
    if bytes.first == 0x89 {
      guard bytes.count >= 24 else { return nil }
      (width, height) = (number(16, 4), number(20, 4))
      return
    }
    var position = 2
    while let marker = bytes[position...].firstIndex(of: 0xFF), marker + 9 <= bytes.count {
      let code = bytes[marker + 1]
      if (0xC0...0xC2).contains(code) {
        (height, width) = (number(marker + 5, 2), number(marker + 7, 2))
        return
      }
      // Stuffed and fill bytes, and markers without a segment.
      let standsAlone = [0x00, 0x01, 0xFF].contains(code) || (0xD0...0xD9).contains(code)
      position = marker + (code == 0xFF ? 1 : standsAlone ? 2 : 2 + number(marker + 2, 2))
      if position > bytes.count { return nil }
    }
    return nil
  }
}
