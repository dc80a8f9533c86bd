import JSON

/// What the header of a safetensors file says, once every rule of the format has been checked.
struct SafetensorsHeader {
  struct Entry: Equatable {
    var name: String
    var type: ElementType
    var shape: [Int]
    /// Where the values lie, counted from the start of the file.
    var range: Range<Int>
  }

  var metadata: [String: String] = [:]
  /// In the order of the data.
  var entries: [Entry] = []

  init(of source: some SafetensorsSource) throws(SafetensorsError) {
    let headerRange = try Self.headerRange(source)
    for member in try Self.members(source.bytes(headerRange)) {
      if member.key == "__metadata__" {
        metadata = try Self.metadata(member.value)
      } else {
        entries.append(try Self.entry(member, dataStart: headerRange.upperBound))
      }
    }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try checkContiguous(from: headerRange.upperBound, to: source.count)
  }

  /// Eight bytes, little-endian, say how long the header is.
  private static func headerRange(
    _ source: some SafetensorsSource
  ) throws(SafetensorsError) -> Range<Int> {
    guard source.count >= 8 else { throw .headerTooSmall(bytes: source.count) }
    let length = try source.bytes(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Safetensors.headerLimit) else { throw .headerTooLarge(length: length) }
    let available = source.count - 8
    guard Int(length) <= available else {
      throw .headerBeyondEnd(length: Int(length), available: available)
    }
    return 8..<8 + Int(length)
  }

  private static func members(
    _ header: [UInt8]
  ) throws(SafetensorsError) -> [JSONValue.Member] {
    guard String(validating: header, as: UTF8.self) != nil else { throw .headerNotUTF8 }
    guard header.first == UInt8(ascii: "{") else { throw .headerStart }
    let document: JSONValue
    do {
      document = try JSONParser.parse(header[...])
    } catch {
      switch error.rule {
      case .syntax: throw .headerNotJSON(reason: error.description)
      case .duplicateKey: throw .duplicateName(reason: error.description)
      case .nestingTooDeep: throw .headerTooDeep(reason: error.description)
      }
    }
    guard let members = document.object else { throw .headerStart }
    return members
  }

  private static func metadata(_ value: JSONValue) throws(SafetensorsError) -> [String: String] {
    guard let members = value.object else { throw .metadataNotStrings }
    var metadata: [String: String] = [:]
    for member in members {
      guard let text = member.value.string else { throw .metadataNotStrings }
      metadata[member.key] = text
    }
    return metadata
  }

  private static func entry(
    _ member: JSONValue.Member, dataStart: Int
  ) throws(SafetensorsError) -> Entry {
    let name = member.key
    var fields: [String: JSONValue] = [:]
    for field in member.value.object ?? [] { fields[field.key] = field.value }
    guard fields.count == 3, let typeName = fields["dtype"]?.string, let shape = fields["shape"],
      let offsets = fields["data_offsets"]
    else { throw .tensorEntry(name: name) }
    guard let type = ElementType(rawValue: typeName) else {
      throw .unknownType(name: name, type: typeName)
    }
    let lengths = try dimensions(shape, name: name)
    guard let pair = offsets.array, pair.count == 2, let begin = pair[0].integer,
      let end = pair[1].integer, begin >= 0, begin <= end
    else { throw .invalidOffsets(name: name) }
    let size = try byteCount(lengths, type, name: name)
    guard size == end - begin else {
      throw .sizeMismatch(name: name, expected: size, actual: end - begin)
    }
    let (last, overflow) = end.addingReportingOverflow(dataStart)
    guard !overflow else { throw .beyondEnd(name: name) }
    return Entry(name: name, type: type, shape: lengths, range: dataStart + begin..<last)
  }

  private static func dimensions(
    _ shape: JSONValue, name: String
  ) throws(SafetensorsError) -> [Int] {
    guard let values = shape.array else { throw .invalidShape(name: name) }
    var lengths: [Int] = []
    for value in values {
      guard let length = value.integer, length >= 0 else { throw .invalidShape(name: name) }
      lengths.append(length)
    }
    return lengths
  }

  private static func byteCount(
    _ shape: [Int], _ type: ElementType, name: String
  ) throws(SafetensorsError) -> Int {
    var size = type.size
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow else { throw .sizeOverflow(name: name) }
      size = product
    }
    return size
  }

  /// The tensors fill the data without hole or overlap, to the exact end of the file.
  private func checkContiguous(from start: Int, to end: Int) throws(SafetensorsError) {
    var position = start
    for entry in entries {
      guard entry.range.lowerBound >= position else { throw .overlap(name: entry.name) }
      guard entry.range.lowerBound == position else { throw .gap(name: entry.name) }
      guard entry.range.upperBound <= end else { throw .beyondEnd(name: entry.name) }
      position = entry.range.upperBound
    }
    guard position == end else { throw .trailingBytes(count: end - position) }
  }
}
