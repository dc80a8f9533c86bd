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
  private let source: any SafetensorsSource

  /// Reads a whole file.
  ///
  /// - Throws: The first rule of the format that `bytes` break.
  public init(bytes: [UInt8]) throws(SafetensorsError) {
    try self.init(source: BytesInMemory(bytes: bytes))
  }

  /// Reads a file's header; each tensor is read when it is asked for.
  ///
  /// - Throws: The first rule of the format that the file breaks, or `unreadable`.
  public init(source: some SafetensorsSource) throws(SafetensorsError) {
    let header = try SafetensorsHeader(of: source)
    metadata = header.metadata
    names = header.entries.map(\.name)
    entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    self.source = source
  }

  /// The shape of a tensor, nil where there is none of that name.
  public func shape(_ name: String) -> [Int]? { entries[name]?.shape }

  /// The element type of a tensor, nil where there is none of that name.
  public func type(_ name: String) -> ElementType? { entries[name]?.type }

  /// A tensor of 32-bit floating-point numbers.
  ///
  /// - Throws: `tensorNotFound`, `wrongType` or `unreadable`.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    let entry = try entry(name, .float32)
    let values: [Float] = try source.values(entry.range)
    return Tensor(shape: entry.shape, values: values)
  }

  /// The values of a tensor of 64-bit floating-point numbers, in C order.
  ///
  /// - Throws: `tensorNotFound`, `wrongType` or `unreadable`.
  public func doubles(_ name: String) throws(SafetensorsError) -> [Double] {
    try source.values(entry(name, .float64).range)
  }

  /// The values of a tensor of bytes, in C order.
  ///
  /// - Throws: `tensorNotFound`, `wrongType` or `unreadable`.
  public func unsignedBytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
    try source.values(entry(name, .uint8).range)
  }

  /// The values of a tensor of 64-bit whole numbers, in C order.
  ///
  /// - Throws: `tensorNotFound`, `wrongType` or `unreadable`.
  public func integers(_ name: String) throws(SafetensorsError) -> [Int64] {
    try source.values(entry(name, .int64).range)
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
}
