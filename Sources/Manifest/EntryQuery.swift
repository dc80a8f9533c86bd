import JSON

/// Which photo a tool asks about: by its path or name, in the inbox or where it is stored, by its
/// SHA-256, or by its claim.
public struct EntryQuery: Sendable, Equatable {
  private let text: String
  private let needle: [UInt8]

  /// Creates a query.
  /// - Parameter text: a path below the inbox or the state directory, a file's name, a SHA-256 in
  ///   lower case, or a claim's identity.
  public init(_ text: String) {
    self.text = text
    var writer = JSONWriter()
    writer.string(text)
    // Without the closing quote and the opening one: a name may stand behind a folder's.
    needle = Array(writer.bytes.dropFirst().dropLast())
  }

  /// Whether an entry is about the photo.
  public func matches(_ entry: Entry) -> Bool {
    isPath(entry.source.text) || isPath(entry.storedAs.text) || entry.claim == text
      || entry.sha256 == text
  }

  private func isPath(_ path: String) -> Bool { path == text || path.hasSuffix("/" + text) }

  /// Whether a file that Hangtag wrote may hold an entry that matches: a look that costs a hundredth
  /// of reading it.
  func mayMatch(_ bytes: [UInt8]) -> Bool {
    guard let first = needle.first else { return true }
    let (text, needle) = (bytes.span, needle.span)
    var start = 0
    while start + needle.count <= text.count {
      if text[start] == first {
        var length = 1
        while length < needle.count, text[start + length] == needle[length] { length += 1 }
        if length == needle.count { return true }
      }
      start += 1
    }
    return false
  }
}
