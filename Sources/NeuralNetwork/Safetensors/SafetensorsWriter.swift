import JSON

extension Safetensors {
  /// A safetensors file with the given tensors as F32, in the given order.
  ///
  /// The same arguments give the same bytes: metadata is sorted by key. As in the reference
  /// implementation the header is filled up with spaces so that the data begin at a multiple of 8.
  ///
  /// - Precondition: No two tensors have the same name, and none is called `__metadata__`.
  public static func serialize(
    metadata: [String: String], tensors: [(String, Tensor)]
  ) -> [UInt8] {
    precondition(
      Set(tensors.map(\.0)).union(["__metadata__"]).count == tensors.count + 1,
      "the tensors' names must differ from each other and from __metadata__")
    var header = Array(headerText(metadata: metadata, tensors: tensors).utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: -header.count & 7))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + 4 * tensors.reduce(0) { $0 + $1.1.values.count })
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: header.count >> shift))
    }
    bytes.append(contentsOf: header)
    for (_, tensor) in tensors {
      unsafe tensor.values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  private static func headerText(
    metadata: [String: String], tensors: [(String, Tensor)]
  ) -> String {
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let strings = metadata.sorted { $0.key < $1.key }
      members.append(
        .init(
          key: "__metadata__",
          value: .object(strings.map { .init(key: $0.key, value: .string($0.value)) })))
    }
    var offset = 0
    for (name, tensor) in tensors {
      let end = offset + 4 * tensor.values.count
      let entry: [JSONValue.Member] = [
        .init(key: "dtype", value: .string(ElementType.float32.rawValue)),
        .init(key: "shape", value: .array(tensor.shape.map { .number($0) })),
        .init(key: "data_offsets", value: .array([.number(offset), .number(end)])),
      ]
      members.append(.init(key: name, value: .object(entry)))
      offset = end
    }
    return JSONValue.object(members).text
  }
}
