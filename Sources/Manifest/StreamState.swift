import FoundationEssentials
import JSON

/// The content of `manifests/stream`: which stream this is, and how far it has been sealed. It is
/// written before a sealed manifest is published, so that no sequence and no manifest number is used
/// twice even where others take every sealed manifest away.
struct StreamState: Sendable, Equatable, Decodable {
  /// The stream's UUID, in lower case.
  var stream: String
  /// The highest sequence in a sealed manifest; the entries behind it are in the open journal.
  var sequence: Int
  /// The highest number of a manifest whose entries these are, published or about to be.
  var manifest: Int

  init(stream: String, sequence: Int, manifest: Int) {
    self.stream = stream
    self.sequence = sequence
    self.manifest = manifest
  }

  /// Reads the file's content; nil where it makes no sense.
  init?(_ bytes: [UInt8]) {
    guard let state = try? JSONDecoder().decode(StreamState.self, from: Data(bytes)),
      Self.isStream(state.stream), (0..<Entry.sequenceLimit).contains(state.sequence),
      (0..<Entry.sequenceLimit).contains(state.manifest)
    else { return nil }
    self = state
  }

  /// Whether a text names a stream: a UUID as this daemon writes it, which is what the schema demands.
  static func isStream(_ text: String) -> Bool {
    UUID(uuidString: text)?.uuidString.lowercased() == text
  }

  /// A stream that nobody has seen before.
  static func fresh(sequence: Int, manifest: Int) -> StreamState {
    StreamState(stream: newName(), sequence: sequence, manifest: manifest)
  }

  /// A name that no stream has had.
  static func newName() -> String { UUID().uuidString.lowercased() }

  /// The file's content.
  var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("stream", stream)
      writer.member("sequence", sequence)
      writer.member("manifest", manifest)
    }
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}
