import JSON

/// The file beside a rejected photo, `rejected/NAME.reason.json`.
public enum RejectionReason {
  /// The file's content: the photo's entry for people, one member a line, and a line feed at the end.
  public static func document(_ entry: Entry) -> [UInt8] {
    var writer = JSONWriter(.indented)
    entry.write(to: &writer)
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}
