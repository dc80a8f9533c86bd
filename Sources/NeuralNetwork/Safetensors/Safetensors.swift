/// A safetensors file: named tensors and a map of strings.
///
/// Eight bytes little-endian header length, a JSON header, then the tensors' raw little-endian
/// values, contiguous and to the exact end of the file. Reading checks every rule of the format
/// first; a file that breaks one is refused with the rule's name and nothing of it is used.
public struct Safetensors: Sendable {
  /// The longest header that is read, the limit of the reference implementation.
  public static let headerLimit = 100_000_000

  /// What stands under `__metadata__`.
  public let metadata: [String: String]
  /// The tensors' names in the order of their data.
  public let names: [String]

  private let entries: [String: SafetensorsHeader.Entry]
  private let bytes: [UInt8]

  /// Reads a whole file.
  ///
  /// - Throws: The first rule of the format that `bytes` break.
  public init(bytes: [UInt8]) throws(SafetensorsError) {
    let header = try SafetensorsHeader(bytes: bytes)
    metadata = header.metadata
    names = header.entries.map(\.name)
    entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    self.bytes = bytes
  }

  /// The shape of a tensor, nil where there is none of that name.
  public func shape(_ name: String) -> [Int]? { entries[name]?.shape }

  /// The element type of a tensor, nil where there is none of that name.
  public func type(_ name: String) -> ElementType? { entries[name]?.type }

  /// A tensor of 32-bit floating-point numbers.
  ///
  /// - Throws: `tensorNotFound` or `wrongType`.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    let entry = try entry(name, .float32)
    let values: [Float] = values(entry)
    return Tensor(shape: entry.shape, values: values)
  }

  /// The values of a tensor of 64-bit floating-point numbers, in C order.
  ///
  /// - Throws: `tensorNotFound` or `wrongType`.
  public func doubles(_ name: String) throws(SafetensorsError) -> [Double] {
    values(try entry(name, .float64))
  }

  /// The values of a tensor of bytes, in C order.
  ///
  /// - Throws: `tensorNotFound` or `wrongType`.
  public func unsignedBytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
    values(try entry(name, .uint8))
  }

  /// The values of a tensor of 64-bit whole numbers, in C order.
  ///
  /// - Throws: `tensorNotFound` or `wrongType`.
  public func integers(_ name: String) throws(SafetensorsError) -> [Int64] {
    values(try entry(name, .int64))
  }

  private func entry(
    _ name: String, _ type: ElementType
  ) throws(SafetensorsError) -> SafetensorsHeader.Entry {
    guard let entry = entries[name] else { throw .tensorNotFound(name: name) }
    guard entry.type == type else {
      throw .wrongType(name: name, expected: type.rawValue, actual: entry.type.rawValue)
    }
    return entry
  }

  /// The raw values. `Element` has the size of the entry's type; all supported machines are
  /// little-endian, as the file is.
  private func values<Element: BitwiseCopyable>(_ entry: SafetensorsHeader.Entry) -> [Element] {
    let count = entry.range.count / MemoryLayout<Element>.stride
    return unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes[entry.range])
      initialized = count
    }
  }
}
