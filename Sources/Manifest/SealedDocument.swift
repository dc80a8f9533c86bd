import FoundationEssentials
import JSON

/// A sealed manifest's content: one JSON document, with one entry a line.
public struct SealedDocument: Sendable, Equatable {
  /// The name of the format.
  public static let schema = "hangtag.manifest/1"

  /// The stream's UUID.
  public let stream: String
  /// The manifest's number, which its file's name has too.
  public let number: Int
  /// When it was sealed.
  public let sealedAt: Timestamp
  /// What it holds.
  public let summary: Summary
  /// Its entries, their sequences rising; at least one.
  public let entries: [Entry]
  /// The last entry's sequence.
  public let lastSequence: Int

  /// The text of the manifest that an open journal becomes. The journal's lines stand in it byte for
  /// byte.
  static func text(of journal: OpenJournal, stream: String, sealedAt: Timestamp) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("schema", schema)
      writer.member("stream", stream)
      writer.member("sequence", journal.number)
      writer.member("sealed_at", sealedAt.description)
      writer.key("summary")
      journal.summary.write(to: &writer)
    }
    var text = Array(writer.bytes.dropLast())
    text.reserveCapacity(text.count + journal.lines.count + journal.count + 32)
    text.append(contentsOf: ",\"entries\":[\n".utf8)
    for line in journal.lines.split(separator: UInt8(ascii: "\n")) {
      text.append(contentsOf: line)
      text.append(contentsOf: ",\n".utf8)
    }
    text.removeLast(2)
    text.append(contentsOf: "\n]}\n".utf8)
    return text
  }

  /// Reads a manifest and checks what it promises.
  /// - Parameter number: the number that its file's name has.
  public init(_ bytes: [UInt8], number: Int) throws(ManifestFault) {
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: Data(bytes))
    } catch {
      throw ManifestFault(rule: "json", message: "it is no manifest: \(ManifestFault.say(error))")
    }
    guard document.schema == Self.schema else {
      throw ManifestFault(
        rule: "schema", message: "its schema is \(document.schema), not \(Self.schema)")
    }
    guard StreamState.isStream(document.stream) else {
      throw ManifestFault(rule: "stream", message: "its stream is no UUID in lower case")
    }
    guard document.sequence == number else {
      throw ManifestFault(
        rule: "number", message: "it says that it is manifest \(document.sequence)")
    }
    guard let last = document.entries.last else {
      throw ManifestFault(rule: "entries", message: "it has no entries")
    }
    for (entry, next) in zip(document.entries, document.entries.dropFirst())
    where next.sequence <= entry.sequence {
      throw ManifestFault(
        rule: "sequence", message: "sequence \(next.sequence) follows \(entry.sequence)")
    }
    let summary = Summary(document.entries)
    guard document.summary.says(summary) else {
      throw ManifestFault(rule: "summary", message: "its summary does not say what its entries do")
    }
    stream = document.stream
    self.number = number
    sealedAt = document.sealedAt
    self.summary = summary
    entries = document.entries
    lastSequence = last.sequence
  }
}

/// Which promise a file in `manifests/` breaks.
public struct ManifestFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The broken rule: `json`, `schema`, `stream`, `number`, `entries`, `sequence`, `summary`,
  /// `unreadable`.
  public let rule: String
  /// What is wrong, without the file's name.
  public let message: String

  /// The message.
  public var description: String { message }

  static func say(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .keyNotFound(let key, _): return "the key \(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
      let place = path.isEmpty ? "" : "\(path.joined(separator: ".")): "
      return place + context.debugDescription
    @unknown default: return "\(error)"
    }
  }
}

private struct Document: Decodable {
  struct Figures: Decodable {
    let photos, accepted, review, rejected: Int
    let byCategory: [String: Int]

    enum CodingKeys: String, CodingKey {
      case photos, accepted, review, rejected, byCategory = "by_category"
    }

    func says(_ summary: Summary) -> Bool {
      photos == summary.photos && accepted == summary.accepted && review == summary.review
        && rejected == summary.rejected && byCategory == summary.byCategory
    }
  }

  let schema: String
  let stream: String
  let sequence: Int
  let sealedAt: Timestamp
  let summary: Figures
  let entries: [Entry]

  enum CodingKeys: String, CodingKey {
    case schema, stream, sequence, sealedAt = "sealed_at", summary, entries
  }
}
