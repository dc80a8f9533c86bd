import FileSystem
import FoundationEssentials
import SystemPackage
import Testing

@testable import Manifest

@Suite struct EntryJSONTests {
  /// The keys and their order are those of the example in the design.
  @Test func anAcceptedEntryIsWrittenLikeTheDesignsExample() {
    #expect(
      line(Samples.accepted(), 1207) == """
        {"sequence":1207,"claim":"c-1","source":"spring/IMG_1.jpg",\
        "sha256":"\(Samples.sha256)","outcome":"accepted",\
        "category":{"index":9,"label":"Ankle boot","slug":"ankle-boot"},\
        "confidence":0.9871,"low_confidence":false,"reasons":[],\
        "alternatives":[{"label":"Sneaker","confidence":0.0094},\
        {"label":"Sandal","confidence":0.0021}],\
        "stored_as":"done/ankle-boot/spring/IMG_1.jpg",\
        "image":{"format":"jpeg","width":1200,"height":1600,"bytes":145020},\
        "model":{"name":"hangtag","sha256":"\(Samples.model.sha256)"},\
        "received_at":"2026-01-31T08:15:30.042Z","classified_at":"2026-01-31T08:15:30.049Z"}

        """)
  }

  @Test func anEntryForReviewSaysWhyAPersonShouldLook() {
    #expect(
      line(Samples.review(), 1208) == """
        {"sequence":1208,"claim":"c-2","source":"x.jpg","sha256":"\(Samples.sha256)",\
        "outcome":"review","category":{"index":4,"label":"Coat","slug":"coat"},\
        "confidence":0.41,"low_confidence":true,"reasons":["ambiguous"],\
        "alternatives":[{"label":"Pullover","confidence":0.4},{"label":"Shirt","confidence":0.19}],\
        "stored_as":"review/coat/x.jpg",\
        "image":{"format":"png","width":28,"height":28,"bytes":900},\
        "model":{"name":"hangtag","sha256":"\(Samples.model.sha256)"},\
        "received_at":"2026-01-31T08:15:30.042Z","classified_at":"2026-01-31T08:15:30.049Z"}

        """)
  }

  @Test func aRejectedEntryHasNoCategoryButAnError() {
    var draft = Samples.rejected()
    draft.sha256 = nil
    draft.supersedes = "c-0"
    #expect(
      line(draft, 1209) == """
        {"sequence":1209,"claim":"c-3","source":"y.jpg","sha256":null,"outcome":"rejected",\
        "category":null,"confidence":null,"low_confidence":false,"reasons":[],"alternatives":[],\
        "error":{"code":"truncated","message":"The JPEG ends before its last row."},\
        "stored_as":"rejected/y.jpg","image":null,\
        "model":{"name":"hangtag","sha256":"\(Samples.model.sha256)"},\
        "received_at":"2026-01-31T08:15:30.042Z","classified_at":"2026-01-31T08:15:30.049Z",\
        "supersedes":"c-0"}

        """)
  }

  @Test(arguments: [
    Samples.accepted(), Samples.review(), Samples.rejected(),
    Samples.accepted(source: "Grüße \"neu\"\\alt\n\u{1}\u{7F}👩‍👩‍👧/é.jpg"),
  ])
  func anEntryIsReadAsItWasWritten(draft: EntryDraft) throws {
    let entry = Entry(draft, sequence: 7)
    #expect(try decode(entry.journalLine) == entry)
    #expect(try decode(RejectionReason.document(entry)) == entry)
    #expect(entry.journalLine.count { $0 == UInt8(ascii: "\n") } == 1)
  }

  @Test func aNameThatIsNoUTF8IsGivenEscapedAndInBase64() throws {
    var draft = Samples.accepted()
    let name = FilePath(bytes: [UInt8]("a\\b/caf".utf8) + [0xE9, 0x2E, 0xFF])
    draft.source = RecordedPath(name)
    let entry = Entry(draft, sequence: 1)
    let text = String(decoding: entry.journalLine, as: UTF8.self)
    // printf 'a\\b/caf\xe9.\xff' | base64
    #expect(text.contains(#""source":"a\\\\b/caf\\xE9.\\xFF","source_base64":"YVxiL2NhZuku/w==","#))
    #expect(try decode(entry.journalLine).source.path == name)
  }

  @Test func unknownKeysAreTolerated() throws {
    let entry = Entry(Samples.accepted(), sequence: 7)
    let text = String(decoding: entry.journalLine, as: UTF8.self)
    let extended = text.replacing("{\"sequence\"", with: "{\"colour\":{\"h\":[1]},\"sequence\"")
    #expect(try decode([UInt8](extended.utf8)) == entry)
  }

  @Test(arguments: [
    ("\"sequence\":7", "\"sequence\":0"), ("\"sequence\":7", "\"sequence\":\"7\""),
    ("\"outcome\":\"accepted\"", "\"outcome\":\"lost\""), ("2026-01-31T", "2026-02-31T"),
    ("\"claim\":\"c-1\",", ""),
  ])
  func whatIsNoEntryIsRefused(part: String, instead: String) {
    let text = line(Samples.accepted(), 7).replacing(part, with: instead)
    #expect(throws: DecodingError.self) { try decode([UInt8](text.utf8)) }
  }

  @Test func aReasonFileIsReadableByPeople() {
    let text = String(
      decoding: RejectionReason.document(Entry(Samples.rejected(), sequence: 3)), as: UTF8.self)
    #expect(
      text.hasPrefix(
        """
        {
          "sequence": 3,
          "claim": "c-3",
          "source": "y.jpg",

        """))
    #expect(
      text.contains(
        """
          "reasons": [],
          "alternatives": [],
          "error": {
            "code": "truncated",
            "message": "The JPEG ends before its last row."
          },

        """))
    #expect(text.hasSuffix("\n}\n"))
  }

  @Test func anObservationHasTheKeysOfAnEntryButNoPlaceInItsStream() {
    let observation = Observation(
      source: RecordedPath("y.jpg"), sha256: Samples.sha256,
      verdict: .rejected(Entry.Failure(code: "empty", message: "The file is empty.")), image: nil,
      model: Samples.model)
    #expect(
      String(decoding: observation.line, as: UTF8.self) == """
        {"source":"y.jpg","sha256":"\(Samples.sha256)","outcome":"rejected",\
        "category":null,"confidence":null,"low_confidence":false,"reasons":[],"alternatives":[],\
        "error":{"code":"empty","message":"The file is empty."},\
        "image":null,"model":{"name":"hangtag","sha256":"\(Samples.model.sha256)"}}

        """)
  }

  private func line(_ draft: EntryDraft, _ sequence: Int) -> String {
    String(decoding: Entry(draft, sequence: sequence).journalLine, as: UTF8.self)
  }

  private func decode(_ bytes: [UInt8]) throws -> Entry {
    try JSONDecoder().decode(Entry.self, from: Data(bytes))
  }
}
