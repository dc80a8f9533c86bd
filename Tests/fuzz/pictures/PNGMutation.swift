import FuzzSupport
import CZlib

/// Changes a PNG behind its checksums: without that nearly every change would end at a CRC.
enum PNGMutation {
  @Sendable static func mutate(_ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8] {
    // Wrong checksums have to be survived, too.
    if mutator.oneIn(8) { return mutator.change(bytes) }
    guard mutator.oneIn(2), var file = PNGFile(bytes), let rows = inflated(file.data) else {
      return PNGFile(mutator.change(bytes))?.bytes ?? mutator.change(bytes)
    }
    file.data = deflated(mutator.change(rows))
    return file.bytes
  }

  private static func inflated(_ data: [UInt8]) -> [UInt8]? {
    var count: UInt = 1 << 16
    var rows = [UInt8](repeating: 0, count: Int(count))
    let status = unsafe uncompress(&rows, &count, data, UInt(data.count))
    return status == Z_OK ? Array(rows.prefix(Int(count))) : nil
  }

  private static func deflated(_ rows: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(rows.count))
    var data = [UInt8](repeating: 0, count: Int(count))
    let status = unsafe compress2(&data, &count, rows, UInt(rows.count), 1)
    check(status == Z_OK, "zlib packs rows")
    return Array(data.prefix(Int(count)))
  }
}

/// A PNG taken apart. Put together again its checksums are right and its data is in one chunk.
private struct PNGFile {
  private var chunks: [(type: [UInt8], data: [UInt8])] = []
  /// What stands behind the last whole chunk.
  private let rest: [UInt8]
  private let signature: [UInt8]

  init?(_ bytes: [UInt8]) {
    guard bytes.count > 20 else { return nil }
    signature = Array(bytes[..<8])
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - position - 12 else { break }
      let type = Array(bytes[position + 4..<position + 8])
      chunks.append((type, Array(bytes[position + 8..<position + 8 + length])))
      position += 12 + length
    }
    rest = Array(bytes[position...])
  }

  /// All IDAT chunks together.
  var data: [UInt8] {
    get { chunks.filter { $0.type == Self.dataType }.flatMap(\.data) }
    set {
      let first = chunks.firstIndex { $0.type == Self.dataType } ?? chunks.count
      chunks.removeAll { $0.type == Self.dataType }
      chunks.insert((Self.dataType, newValue), at: min(first, chunks.count))
    }
  }

  var bytes: [UInt8] {
    signature + chunks.flatMap { Self.chunk($0.type + $0.data, length: $0.data.count) } + rest
  }

  private static func chunk(_ body: [UInt8], length: Int) -> [UInt8] {
    let checksum = unsafe crc32(0, body, UInt32(body.count))
    return bigEndian(length) + body + bigEndian(Int(checksum))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static var dataType: [UInt8] { Array("IDAT".utf8) }
}
