import FoundationEssentials
import Glibc
import Testing

@testable import Manifest

/// States of `manifests/` that a start may meet.
@Suite struct RecoveryTests {
  private let scratch: Scratch
  private let stream: String
  /// The files of a stream with manifests 1 and 2, of three entries each, and journal 3 of two.
  private let files: [String: [UInt8]]
  /// The journals that the manifests were made of.
  private let journals: [Int: [UInt8]]

  init() throws {
    scratch = try Scratch()
    var ledger = try Ledger(scratch)
    stream = ledger.stream
    var journals: [Int: [UInt8]] = [:]
    for number in 1...2 {
      _ = try ledger.append(Samples.group(number * 3..<number * 3 + 3))
      journals[number] = try scratch.read("0000000\(number).jsonl")
      _ = try ledger.seal()
    }
    _ = try ledger.append(Samples.group(9..<11))
    self.journals = journals
    var files: [String: [UInt8]] = [:]
    for name in try scratch.names { files[name] = try scratch.read(name) }
    self.files = files
    #expect(
      files.keys.sorted() == ["00000001.json", "00000002.json", "00000003.jsonl", "stream"])
  }

  private var asides: [String] {
    get throws { try scratch.names.filter { $0.contains("-2026") } }
  }

  /// The stream file as it was when `manifest` had been sealed.
  private func streamFile(_ manifest: Int) -> [UInt8] {
    StreamState(stream: stream, sequence: manifest * 3, manifest: manifest).bytes
  }

  // MARK: Sealing interrupted

  @Test func aLeftoverJournalIsRemovedWhereItsManifestIsValid() throws {
    try scratch.write("00000002.jsonl", journals[2] ?? [])
    let ledger = try Ledger(scratch)
    #expect(ledger.recovered.contains(.journalRemoved(name: "00000002.jsonl")))
    #expect(try scratch.names == files.keys.sorted())
    #expect(ledger.nextSequence == 9)
  }

  /// Published, and taken away before the journal could be removed: not sealed again.
  @Test func aLeftoverJournalIsRemovedWhereItsManifestWasTakenAway() throws {
    try scratch.write("00000002.jsonl", journals[2] ?? [])
    try scratch.remove("00000002.json")
    let ledger = try Ledger(scratch)
    #expect(try scratch.names == ["00000001.json", "00000003.jsonl", "stream"])
    #expect(ledger.nextSequence == 9)
    #expect(ledger.openEntries == 2)
  }

  @Test func aManifestThatWasReadyIsPublished() throws {
    try scratch.write("00000002.jsonl", journals[2] ?? [])
    try scratch.write(".00000002.json.ready", files["00000002.json"] ?? [])
    try scratch.remove("00000002.json")
    let ledger = try Ledger(scratch)
    #expect(ledger.recovered.contains(.sealFinished(name: "00000002.json")))
    #expect(try scratch.read("00000002.json") == files["00000002.json"])
    #expect(try scratch.names == files.keys.sorted())
  }

  @Test func aManifestThatWasReadyButDamagedIsMadeAgain() throws {
    try scratch.write("00000002.jsonl", journals[2] ?? [])
    try scratch.write(".00000002.json.ready", [UInt8](repeating: 0, count: 100))
    try scratch.remove("00000002.json")
    let ledger = try Ledger(scratch)
    #expect(ledger.recovered.contains { $0.isDamage })
    #expect(try scratch.read("00000002.json") == files["00000002.json"])
    #expect(try asides.count == 1)
  }

  @Test func aManifestThatWasNotYetSealedStaysOpen() throws {
    try scratch.write(".00000003.json.ready", files["00000002.json"] ?? [])
    let ledger = try Ledger(scratch)
    #expect(ledger.openEntries == 2)
    #expect(try scratch.names == files.keys.sorted())
  }

  /// The seal failed, then two more entries came, then it was killed: the rest stays open.
  @Test func entriesBehindAManifestThatWasReadyStayOpen() throws {
    try scratch.remove("00000002.json")
    try scratch.write(".00000002.json.ready", files["00000002.json"] ?? [])
    try scratch.write("00000002.jsonl", (journals[2] ?? []) + (files["00000003.jsonl"] ?? []))
    try scratch.remove("00000003.jsonl")
    let ledger = try Ledger(scratch)
    #expect(try scratch.names == files.keys.sorted())
    #expect(try scratch.read("00000003.jsonl") == files["00000003.jsonl"])
    #expect(ledger.nextSequence == 9)
  }

  /// The seal failed after the stream file was written, then took in more entries, and was killed
  /// before the stream file was written again.
  @Test func aManifestThatWasReadyTellsMoreThanTheStreamFile() throws {
    for name in ["00000002.json", "00000003.jsonl"] { try scratch.remove(name) }
    try scratch.write("00000002.jsonl", journals[2] ?? [])
    try scratch.write(".00000002.json.ready", files["00000002.json"] ?? [])
    try scratch.write("stream", StreamState(stream: stream, sequence: 4, manifest: 2).bytes)
    let ledger = try Ledger(scratch)
    #expect(try scratch.names == ["00000001.json", "00000002.json", "stream"])
    #expect(try scratch.read("stream") == streamFile(2))
    #expect(ledger.openEntries == 0)
    #expect(ledger.nextSequence == 7)
  }

  @Test func halfWrittenFilesAreRemoved() throws {
    for name in [".stream.new", ".00000003.jsonl.new", "..00000003.json.ready.new"] {
      try scratch.write(name, [UInt8]("{\"stre".utf8))
    }
    let ledger = try Ledger(scratch)
    #expect(try scratch.names == files.keys.sorted())
    #expect(ledger.openEntries == 2)
  }

  // MARK: Damage

  @Test(arguments: [0, 1, 40, 900])
  func aHalfWrittenManifestIsSetAside(length: Int) throws {
    try scratch.write("00000002.json", (files["00000002.json"] ?? []).prefix(length))
    var ledger = try Ledger(scratch)
    #expect(ledger.recovered.contains { $0.isDamage })
    #expect(try asides == ["00000002.json.damaged-20260131T081530.042Z"])
    #expect(scratch.has("00000002.json") == false)
    #expect(try ledger.append(Samples.group(0..<1)).first?.sequence == 9)
    #expect(try ledger.seal()?.number == 3)
  }

  @Test func aDamagedManifestIsMadeAgainWhereItsJournalIsThere() throws {
    try scratch.write("00000002.jsonl", journals[2] ?? [])
    try scratch.write("00000002.json", (files["00000002.json"] ?? []).dropLast(3))
    _ = try Ledger(scratch)
    #expect(try scratch.read("00000002.json") == files["00000002.json"])
    #expect(try asides == ["00000002.json.damaged-20260131T081530.042Z"])
    #expect(!scratch.has("00000002.jsonl"))
  }

  @Test func severalOpenJournalsBecomeOne() throws {
    let lines = (files["00000003.jsonl"] ?? []).split(separator: 10).map { Array($0) + [10] }
    try scratch.write("00000003.jsonl", lines[0])
    try scratch.write("00000005.jsonl", lines[0] + lines[1])
    try scratch.write("00000006.jsonl", [])
    var ledger = try Ledger(scratch)
    #expect(
      try scratch.names == ["00000001.json", "00000002.json", "00000005.jsonl", "stream"])
    #expect(try scratch.read("00000005.jsonl") == files["00000003.jsonl"])
    #expect(!ledger.recovered.contains { $0.isDamage })
    #expect(try ledger.seal()?.number == 5)
    #expect(ledger.nextSequence == 9)
  }

  /// A gap between two journals. Entries behind it whose photos are all in `work/` never counted, and
  /// are made again; one whose photo has left counted. A second start comes to the same end.
  @Test(arguments: [([11, 12], [7]), ([12], [7, 9, 10]), ([], [7, 9, 10])])
  func whatNeverCountedBehindAGapIsMadeAgain(inWork: [Int], sequences: [Int]) throws {
    var ledger = try Ledger(scratch)
    _ = try ledger.append(Samples.group(11..<13))
    let lines = try scratch.read("00000003.jsonl").split(separator: 10).map { Array($0) + [10] }
    try scratch.write("00000003.jsonl", lines[0])
    try scratch.write("00000005.jsonl", lines[2] + lines[3])
    for _ in 1...2 {
      let ledger = try Ledger(scratch, claimsInWork: Set(inWork.map { "claim-\($0)" }))
      let found = (9..<13).compactMap { ledger.openEntry(claim: "claim-\($0)")?.sequence }
      #expect(found == sequences)
      #expect(ledger.recovered.contains(.entriesLost(after: 7, before: 9)) == (sequences.count > 1))
    }
  }

  @Test func twoEntriesForOneSequenceAreReported() throws {
    let lines = (files["00000003.jsonl"] ?? []).split(separator: 10).map { Array($0) + [10] }
    let other = Entry(Samples.accepted("another"), sequence: 7).journalLine
    try scratch.write("00000004.jsonl", other + lines[1])
    let ledger = try Ledger(scratch)
    #expect(ledger.openEntry(claim: "claim-9")?.sequence == 7)
    #expect(ledger.openEntry(claim: "another") == nil)
    #expect(try asides == ["00000004.jsonl.damaged-20260131T081530.042Z"])
  }

  @Test func whatIsNoFileUnderANeededNameIsSetAside() throws {
    let manager = FileManager.default
    for name in ["00000003.jsonl", "stream"] { try scratch.remove(name) }
    for name in ["00000003.jsonl", "00000004.json"] {
      try manager.createDirectory(
        atPath: "\(scratch.path)/\(name)", withIntermediateDirectories: false)
    }
    try manager.createSymbolicLink(
      atPath: "\(scratch.path)/stream", withDestinationPath: "/etc/passwd")
    var ledger = try Ledger(scratch)
    #expect(try asides.count == 3)
    _ = try ledger.append(Samples.group(0..<1))
    #expect(try ledger.seal()?.number == 5)
  }

  @Test func aFileThatIsFarTooLargeIsSetAside() throws {
    let file = try scratch.directory().openOrCreate("00000003.jsonl")
    try file.truncate(to: 1 << 40)
    let ledger = try Ledger(scratch)
    #expect(ledger.openEntries == 0)
    #expect(try asides == ["00000003.jsonl.damaged-20260131T081530.042Z"])
  }

  @Test func strangersFilesAreLeftAlone() throws {
    let names = ["notes.txt", "00000002.json.gz", "1.json", "000000003.jsonl", ".hidden.new"]
    for name in names { try scratch.write(name, [UInt8]("x".utf8)) }
    _ = try Ledger(scratch)
    #expect(try scratch.names == (files.keys + names).sorted())
  }

  // MARK: The stream file

  @Test func theStreamIsToldByTheManifestBeforeTheJournal() throws {
    try scratch.remove("stream")
    let ledger = try Ledger(scratch)
    #expect(ledger.recovered.contains(.streamRebuilt(stream)))
    #expect(ledger.stream == stream)
    #expect(ledger.nextSequence == 9)
    #expect(try scratch.read("stream") == files["stream"])
  }

  @Test func theStreamIsToldByAManifestAndItsOwnJournal() throws {
    try scratch.remove("stream")
    try scratch.remove("00000003.jsonl")
    try scratch.write("00000002.jsonl", journals[2] ?? [])
    let ledger = try Ledger(scratch)
    #expect(ledger.stream == stream)
    #expect(ledger.nextSequence == 7)
    #expect(try scratch.names == ["00000001.json", "00000002.json", "stream"])
  }

  /// Nothing proves that manifest 2 was the last: to go on behind it might use sequences again.
  @Test func aNewStreamBeginsWhereNothingProvesHowFarTheOldOneWent() throws {
    try scratch.remove("stream")
    try scratch.remove("00000003.jsonl")
    var ledger = try Ledger(scratch)
    #expect(ledger.stream != stream)
    #expect(ledger.recovered == [.streamReplaced(ledger.stream)])
    #expect(ledger.nextSequence == 1)
    _ = try ledger.append(Samples.group(0..<1))
    #expect(try ledger.seal()?.number == 3)
  }

  @Test func openEntriesKeepTheirSequencesInANewStream() throws {
    for name in ["stream", "00000001.json", "00000002.json"] { try scratch.remove(name) }
    let ledger = try Ledger(scratch)
    #expect(ledger.stream != stream)
    #expect(ledger.openEntries == 2)
    #expect(ledger.nextSequence == 9)
    #expect(try scratch.read("00000003.jsonl") == files["00000003.jsonl"])
  }

  /// As an administrator orders after a restore: what was recorded since the backup may have been
  /// read under sequences that come again.
  @Test(arguments: [true, false])
  func aNewStreamBeginsWhereItIsAskedFor(hasStreamFile: Bool) throws {
    try scratch.write("new-stream", [])
    if !hasStreamFile { try scratch.remove("stream") }
    var ledger = try Ledger(scratch)
    #expect(ledger.stream != stream)
    #expect(ledger.recovered.contains(.streamChanged(from: stream, to: ledger.stream)))
    #expect(ledger.openEntries == 2)
    #expect(ledger.nextSequence == 9)
    #expect(try scratch.names == files.keys.sorted())
    let sealed = try #require(try ledger.seal())
    #expect(try SealedDocument(scratch.read(sealed.name), number: 3).stream == ledger.stream)
    #expect(try Ledger(scratch).stream == ledger.stream)
  }

  /// Killed at any change, it begins a new stream all the same, and no entry is lost.
  @Test func aNewStreamThatIsAskedForComesAfterADeathToo() throws {
    for target in 1... {
      for name in try scratch.names { try scratch.remove(name) }
      for (name, bytes) in files { try scratch.write(name, bytes) }
      try scratch.write("new-stream", [])
      let saboteur = Saboteur(.killedBefore, at: target, in: scratch)
      _ = try? Ledger(scratch, perform: saboteur.performer)
      let ledger = try Ledger(scratch)
      #expect(ledger.stream != stream)
      #expect(ledger.openEntries == 2)
      #expect(try !scratch.names.contains("new-stream"))
      if saboteur.struck == nil { return }
    }
  }

  @Test func foldersInThePlaceOfFilesBeingWrittenAreSetAside() throws {
    for name in [".stream.new", ".00000003.jsonl.new"] { try scratch.makeFolder(name) }
    let ledger = try Ledger(scratch)
    #expect(ledger.nextSequence == 9)
    #expect(try asides.count == 2)
  }

  @Test func foldersInThePlaceOfFilesBeingWrittenStopNothing() throws {
    var ledger = try Ledger(scratch)
    let names = [".stream.new", ".00000003.json.ready.new", "..00000003.json.ready.new"]
    for name in names { try scratch.makeFolder(name) }
    #expect(try ledger.seal()?.number == 3)
    #expect(try StreamState(scratch.read("stream"))?.manifest == 3)
  }

  /// Members of the group may write there, because they may delete what they have read.
  @Test(.enabled(if: getuid() == 0, "needs root, to give files away"))
  func nothingCountsThatAnotherUserHasPutThere() throws {
    let journal = Entry(Samples.accepted("forged"), sequence: 9).journalLine
    let strange: [String: [UInt8]] = [
      "00000004.jsonl": journal, "00000009.json": [], "999999999999999999.json": [],
      "999999999999999998.json.damaged-x": [], ".00000004.json.ready": [], "new-stream": [],
    ]
    for (name, bytes) in strange {
      try scratch.write(name, bytes)
      #expect(unsafe chown("\(scratch.path)/\(name)", 65534, 65534) == 0)
      #expect(unsafe chmod("\(scratch.path)/\(name)", 0) == 0)
    }
    for _ in 1...2 {
      let ledger = try Ledger(scratch)
      #expect(ledger.stream == stream)
      #expect(ledger.nextSequence == 9)
      #expect(ledger.openEntry(claim: "forged") == nil)
    }
    var ledger = try Ledger(scratch)
    #expect(try ledger.seal()?.number ?? 0 < 20)
    #expect(try asides.count == 5)
  }

  @Test(arguments: [
    "", "{", "{\"stream\":\"x\",\"sequence\":6,\"manifest\":2}", "\0\0\0\0",
    "{\"stream\":\"\(UUID().uuidString.lowercased())\",\"sequence\":9223372036854775807,\"manifest\":2}",
    "{\"stream\":\"\(UUID().uuidString.lowercased())\",\"sequence\":6,\"manifest\":9223372036854775807}",
  ])
  func aDamagedStreamFileIsSetAside(content: String) throws {
    try scratch.write("stream", content.utf8)
    let ledger = try Ledger(scratch)
    #expect(try asides == ["stream.damaged-20260131T081530.042Z"])
    #expect(ledger.stream == stream)
    #expect(try scratch.read("stream") == files["stream"])
  }

  /// A stream file from a backup: the manifests and the journal know better.
  @Test func theHighestSequenceWins() throws {
    try scratch.write("stream", streamFile(0))
    let ledger = try Ledger(scratch)
    #expect(ledger.stream == stream)
    #expect(ledger.nextSequence == 9)
    #expect(try scratch.read("stream") == files["stream"])
    #expect(!ledger.recovered.contains { $0.isDamage })
  }

  /// The clock is written, never read: neither a year back nor the year 9999 changes anything.
  @Test(arguments: [0, 253_402_300_799_999])
  func theClockDoesNotMatter(milliseconds: Int64) throws {
    let clock = LedgerClock(
      wall: { Timestamp(milliseconds: milliseconds) }, monotonic: { .init(nanoseconds: 0) })
    var ledger = try Ledger(scratch, clock: clock)
    #expect(ledger.nextSequence == 9)
    #expect(try ledger.seal()?.number == 3)
  }
}
