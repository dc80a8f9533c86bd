// An entry's JSON, both ways. The keys and their order are those of the design's example.

import JSON

extension Entry: Decodable {
  private enum Key: String, CodingKey {
    case sequence, claim, source, sourceBase64 = "source_base64", sha256, outcome, category
    case confidence, lowConfidence = "low_confidence", reasons, alternatives, error
    case storedAs = "stored_as", storedAsBase64 = "stored_as_base64", image, model
    case receivedAt = "received_at", classifiedAt = "classified_at", supersedes
  }

  /// Reads an entry from its object. Unknown keys are passed over.
  public init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Key.self)
    sequence = try object.decode(Int.self, forKey: .sequence)
    guard (1..<Self.sequenceLimit).contains(sequence) else {
      throw DecodingError.dataCorruptedError(
        forKey: .sequence, in: object,
        debugDescription: "a sequence is greater than 0 and less than 2^53")
    }
    claim = try object.decode(String.self, forKey: .claim)
    source = RecordedPath(
      text: try object.decode(String.self, forKey: .source),
      base64: try object.decodeIfPresent(String.self, forKey: .sourceBase64))
    sha256 = try object.decodeIfPresent(String.self, forKey: .sha256)
    outcome = try object.decode(Outcome.self, forKey: .outcome)
    category = try object.decodeIfPresent(Category.self, forKey: .category)
    confidence = try object.decodeIfPresent(Double.self, forKey: .confidence)
    reasons = try object.decodeIfPresent([String].self, forKey: .reasons) ?? []
    alternatives = try object.decodeIfPresent([Alternative].self, forKey: .alternatives) ?? []
    error = try object.decodeIfPresent(Failure.self, forKey: .error)
    storedAs = RecordedPath(
      text: try object.decode(String.self, forKey: .storedAs),
      base64: try object.decodeIfPresent(String.self, forKey: .storedAsBase64))
    image = try object.decodeIfPresent(Image.self, forKey: .image)
    model = try object.decode(Model.self, forKey: .model)
    receivedAt = try object.decode(Timestamp.self, forKey: .receivedAt)
    classifiedAt = try object.decode(Timestamp.self, forKey: .classifiedAt)
    supersedes = try object.decodeIfPresent(String.self, forKey: .supersedes)
  }

  /// The entry as a journal has it: one line of JSON with its line feed.
  public var journalLine: [UInt8] {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  /// Writes the entry as one object.
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("sequence", sequence)
      writer.member("claim", claim)
      writer.verdict(self)
      writer.path("stored_as", storedAs)
      writer.origin(self)
      writer.member("received_at", receivedAt.description)
      writer.member("classified_at", classifiedAt.description)
      if let supersedes { writer.member("supersedes", supersedes) }
    }
  }
}

extension JSONWriter {
  /// Writes what became of a photo.
  mutating func verdict(_ photo: some ClassifiedPhoto) {
    path("source", photo.source)
    optional("sha256", photo.sha256) { $0.string($1) }
    member("outcome", photo.outcome.rawValue)
    optional("category", photo.category) { $0.category($1) }
    optional("confidence", photo.confidence) { $0.number($1) }
    key("low_confidence")
    boolean(photo.lowConfidence)
    key("reasons")
    array(photo.reasons) { $0.string($1) }
    key("alternatives")
    array(photo.alternatives) { $0.alternative($1) }
    if let error = photo.error {
      key("error")
      failure(error)
    }
  }

  /// Writes what was classified, and by what.
  mutating func origin(_ photo: some ClassifiedPhoto) {
    optional("image", photo.image) { $0.image($1) }
    key("model")
    model(photo.model)
  }

  /// Writes a member that is always there, with null where it has no value.
  fileprivate mutating func optional<Value>(
    _ name: String, _ value: Value?, _ write: (inout JSONWriter, Value) -> Void
  ) {
    key(name)
    if let value { write(&self, value) } else { null() }
  }

  /// Writes a path, with its bytes beside it where the text is not the path itself.
  fileprivate mutating func path(_ name: String, _ path: RecordedPath) {
    member(name, path.text)
    if let base64 = path.base64 { member("\(name)_base64", base64) }
  }

  fileprivate mutating func category(_ category: Entry.Category) {
    object { writer in
      writer.member("index", category.index)
      writer.member("label", category.label)
      writer.member("slug", category.slug)
    }
  }

  fileprivate mutating func alternative(_ alternative: Entry.Alternative) {
    object { writer in
      writer.member("label", alternative.label)
      writer.key("confidence")
      writer.number(alternative.confidence)
    }
  }

  fileprivate mutating func failure(_ failure: Entry.Failure) {
    object { writer in
      writer.member("code", failure.code)
      writer.member("message", failure.message)
    }
  }

  fileprivate mutating func image(_ image: Entry.Image) {
    object { writer in
      writer.member("format", image.format)
      writer.member("width", image.width)
      writer.member("height", image.height)
      writer.member("bytes", image.bytes)
    }
  }

  fileprivate mutating func model(_ model: Entry.Model) {
    object { writer in
      writer.member("name", model.name)
      writer.member("sha256", model.sha256)
    }
  }
}
