import Testing

@testable import Manifest

@Suite struct SealedDocumentTests {
  private let text: String

  init() throws {
    let scratch = try Scratch()
    var ledger = try Ledger(scratch)
    _ = try ledger.append([Samples.accepted(), Samples.review(), Samples.rejected()])
    _ = try ledger.seal()
    text = try scratch.text("00000001.json")
  }

  @Test func isReadAsItWasSealed() throws {
    let document = try SealedDocument([UInt8](text.utf8), number: 1)
    #expect(document.sealedAt == Samples.moment)
    #expect(document.entries.map(\.claim) == ["c-1", "c-2", "c-3"])
    #expect(document.lastSequence == 3)
    #expect(document.summary.byCategory == ["Ankle boot": 1, "Coat": 1])
    #expect(document.summary.rejected == 1)
  }

  @Test(arguments: [
    ("schema", "hangtag.manifest/1", "hangtag.manifest/2"),
    ("stream", "\"stream\":\"", "\"stream\":\"0"),
    ("number", "\"sequence\":1,\"sealed_at\"", "\"sequence\":2,\"sealed_at\""),
    ("summary", "\"photos\":3", "\"photos\":4"), ("summary", "\"Coat\":1", "\"Coat\":2"),
    ("sequence", "{\"sequence\":2,", "{\"sequence\":1,"), ("json", "]}\n", "]"),
    ("json", "\"claim\":\"c-2\",", ""), ("json", "{\"schema\"", "\0\0\0\0"),
  ])
  func aBrokenPromiseIsNamed(rule: String, part: String, instead: String) {
    let broken = text.replacing(part, with: instead)
    #expect(broken != text)
    let fault = #expect(throws: ManifestFault.self) {
      try SealedDocument([UInt8](broken.utf8), number: 1)
    }
    #expect(fault?.rule == rule)
  }

  @Test func aMissingKeyIsNamed() {
    let broken = text.replacing("\"claim\":\"c-2\",", with: "")
    let fault = #expect(throws: ManifestFault.self) {
      try SealedDocument([UInt8](broken.utf8), number: 1)
    }
    #expect(fault?.message.contains("the key claim is missing") == true)
  }
}
