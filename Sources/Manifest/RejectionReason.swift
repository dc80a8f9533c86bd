import JSON

/// The file beside a rejected photo, `rejected/NAME.reason.json`.
public enum RejectionReason {
  /// The file's content: the photo's entry, one member a line.
  public static func document(_ entry: Entry) -> [UInt8] { entry.indentedText }
}

extension Entry {
  /// The entry's JSON for people: one member a line, and a line feed at the end.
  public var indentedText: [UInt8] {
    var writer = JSONWriter(.indented)
    write(to: &writer)
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}
