import SystemPackage
import Testing

@testable import Manifest

@Suite struct ManifestReaderTests {
  private let scratch: Scratch

  /// Manifests 1 and 2 of three entries, and an open journal of two.
  init() throws {
    scratch = try Scratch()
    var ledger = try Ledger(scratch)
    for start in [0, 3] {
      _ = try ledger.append(Samples.group(start..<start + 3))
      _ = try ledger.seal()
    }
    _ = try ledger.append([
      Samples.accepted("claim-x", source: "a/0.jpg"),
      Samples.review("claim-y", source: "é\n\".jpg"),
    ])
  }

  private func find(_ text: String, limit: Int = 10) throws -> [ManifestReader.Found] {
    try ManifestReader(try scratch.directory()).find(EntryQuery(text), limit: limit)
  }

  @Test(arguments: ["a/0.jpg", "0.jpg", "done/ankle-boot/a/0.jpg"])
  func aPhotoIsFoundByItsPathsTheNewestEntryFirst(text: String) throws {
    let found = try find(text)
    #expect(found.map(\.entry.sequence) == [7, 1])
    #expect(found.map(\.place) == [.journal(3), .sealed(1)])
    #expect(found.map(\.place.description) == ["00000003.jsonl", "00000001.json"])
    #expect(try find(text, limit: 1).map(\.entry.sequence) == [7])
  }

  @Test func aPhotoIsFoundByClaimAndContentAndAwkwardNames() throws {
    #expect(try find("claim-4").map(\.entry.sequence) == [5])
    #expect(try find(Samples.sha256, limit: 100).count == 8)
    #expect(try find("é\n\".jpg").map(\.entry.claim) == ["claim-y"])
    #expect(try find("jpg").isEmpty)
    #expect(try find("nothing").isEmpty)
  }

  @Test func theOverviewCountsWhatIsThere() throws {
    let stream = try StreamState(scratch.read("stream"))?.stream
    var overview = try ManifestReader(try scratch.directory()).overview()
    #expect(overview.stream == stream)
    #expect(overview.lastSequence == 8)
    #expect(overview.sealed == [1, 2])
    #expect(overview.open.photos == 2)
    for name in ["00000001.json", "00000003.jsonl"] { try scratch.remove(name) }
    overview = try ManifestReader(try scratch.directory()).overview()
    #expect(overview.sealed == [2])
    #expect(overview.lastSequence == 6)
    #expect(overview.open.photos == 0)
  }

  @Test func aFolderWhereNoDaemonRanIsEmpty() throws {
    let empty = try Scratch()
    let overview = try ManifestReader(try empty.directory()).overview()
    #expect(overview.stream == nil)
    #expect(overview.lastSequence == 0)
    #expect(try ManifestReader(try empty.directory()).find(EntryQuery("x"), limit: 1).isEmpty)
  }

  /// The daemon may be in the middle of a group, and a manifest may be damaged.
  @Test func whatMakesNoSenseIsPassedOver() throws {
    try scratch.write("00000003.jsonl", try scratch.read("00000003.jsonl").dropLast(5))
    try scratch.write("00000002.json", try scratch.read("00000002.json").dropLast(5))
    #expect(try find("a/0.jpg").map(\.entry.sequence) == [7, 1])
    #expect(try find("b/4.jpg").isEmpty)
    let reader = ManifestReader(try scratch.directory())
    #expect(try reader.document(1).entries.count == 3)
    let damaged = #expect(throws: ManifestFault.self) { try reader.document(2) }
    #expect(damaged?.rule == "json")
    let missing = #expect(throws: ManifestFault.self) { try reader.document(9) }
    #expect(missing?.rule == "unreadable")
  }

  @Test func readingChangesNothing() throws {
    let before = try scratch.names
    _ = try find("a/0.jpg")
    #expect(try scratch.names == before)
  }
}
