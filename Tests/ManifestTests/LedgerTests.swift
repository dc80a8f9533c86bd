import Synchronization
import Testing
import Threading

@testable import Manifest

@Suite struct LedgerTests {
  @Test func sequencesGoOnAcrossGroupsSealsAndStarts() throws {
    let scratch = try Scratch()
    var stream = ""
    for life in 0..<3 {
      var ledger = try Ledger(scratch)
      #expect(life == 0 || ledger.stream == stream)
      stream = ledger.stream
      let next = life * 5 + 1
      #expect(ledger.nextSequence == next)
      let first = try ledger.append(Samples.group(next..<next + 2))
      #expect(first.map(\.sequence) == [next, next + 1])
      let sealed = try #require(try ledger.seal())
      #expect(sealed.sequences.upperBound == next + 1)
      let second = try ledger.append(Samples.group(next + 2..<next + 5))
      #expect(second.map(\.sequence) == [next + 2, next + 3, next + 4])
      #expect(ledger.openEntries == 3)
    }
    // Each start went on with the journal of the run before.
    #expect(
      try scratch.names
        == ["00000001.json", "00000002.json", "00000003.json", "00000004.jsonl", "stream"])
    let documents = try (1...3).map {
      try SealedDocument(try scratch.read("0000000\($0).json"), number: $0)
    }
    #expect(documents.flatMap(\.entries).map(\.sequence) == Array(1...12))
    #expect(documents.map(\.stream) == [stream, stream, stream])
  }

  @Test func nothingIsWrittenBeforeTheFirstEntryButTheStream() throws {
    let scratch = try Scratch()
    var ledger = try Ledger(scratch)
    #expect(ledger.recovered == [.streamBegun(ledger.stream)])
    #expect(try ledger.append([]).isEmpty)
    #expect(try ledger.seal() == nil)
    #expect(try scratch.names == ["stream"])
    #expect(
      try scratch.text("stream")
        == "{\"stream\":\"\(ledger.stream)\",\"sequence\":0,\"manifest\":0}\n")
  }

  @Test func theJournalHoldsTheEntriesAndTheManifestRepeatsThemByteForByte() throws {
    let scratch = try Scratch()
    var ledger = try Ledger(scratch)
    let entries =
      try ledger.append([Samples.accepted(), Samples.review()])
      + ledger.append([Samples.rejected(source: "a\"b\\c\nd👟.jpg")])
    let journal = try scratch.text("00000001.jsonl")
    #expect(journal == entries.map { String(decoding: $0.journalLine, as: UTF8.self) }.joined())

    let sealed = try #require(try ledger.seal())
    #expect(sealed.name == "00000001.json")
    #expect(
      try scratch.text("00000001.json") == """
        {"schema":"hangtag.manifest/1","stream":"\(ledger.stream)","sequence":1,\
        "sealed_at":"2026-01-31T08:15:30.042Z",\
        "summary":{"photos":3,"accepted":1,"review":1,"rejected":1,\
        "by_category":{"Coat":1,"Ankle boot":1}},"entries":[
        \(journal.split(separator: "\n").joined(separator: ",\n"))
        ]}

        """)
    #expect(try scratch.names == ["00000001.json", "stream"])
  }

  @Test func anEntryIsFoundByItsClaimUntilItIsSealed() throws {
    let scratch = try Scratch()
    var ledger = try Ledger(scratch)
    let entries = try ledger.append(Samples.group(0..<4))
    #expect(ledger.openEntry(claim: "claim-2") == entries[2])
    #expect(ledger.openEntry(claim: "claim-9") == nil)

    var again = try Ledger(scratch, claimsInWork: ["claim-2"])
    #expect(again.recovered == [.journalContinued(name: "00000001.jsonl", entries: 4)])
    #expect(again.openEntry(claim: "claim-2") == entries[2])
    var other = Samples.review("claim-2", source: "other.jpg")
    other.supersedes = "claim-2"
    let later = try again.append([other])
    #expect(again.openEntry(claim: "claim-2") == later[0])
    _ = try again.seal()
    #expect(again.openEntry(claim: "claim-2") == nil)
  }

  @Test func sealedManifestsTakenAwayChangeNothing() throws {
    let scratch = try Scratch()
    var sequences: [Int] = []
    var numbers: [Int] = []
    for _ in 0..<3 {
      var ledger = try Ledger(scratch)
      for _ in 0..<2 {
        sequences += try ledger.append(Samples.group(0..<2)).map(\.sequence)
        let sealed = try #require(try ledger.seal())
        numbers.append(sealed.number)
        try scratch.remove(sealed.name)
      }
    }
    #expect(sequences == Array(1...12))
    #expect(numbers == Array(1...6))
  }

  @Test func sealsWhenFullOrIdleOrOld() throws {
    let scratch = try Scratch()
    let seconds = Mutex(100.0)
    let clock = LedgerClock(
      wall: { Samples.moment },
      monotonic: { MonotonicTime(nanoseconds: seconds.withLock { Int64($0 * 1e9) }) })
    func deadline(_ ledger: borrowing Ledger) -> Double? {
      ledger.nextDeadline.map { Double($0.nanoseconds) / 1e9 }
    }
    var ledger = try Ledger(scratch, policy: SealPolicy(entries: 6), clock: clock)
    #expect(deadline(ledger) == nil)
    #expect(ledger.sealDue == false)

    // Idle: five seconds after the last entry.
    _ = try ledger.append(Samples.group(0..<1))
    #expect(deadline(ledger) == 105)
    seconds.withLock { $0 = 104 }
    _ = try ledger.append(Samples.group(1..<2))
    #expect(deadline(ledger) == 109)
    seconds.withLock { $0 = 108.999 }
    #expect(ledger.sealDue == false)
    seconds.withLock { $0 = 109 }
    #expect(ledger.sealDue == true)

    // Old: sixty seconds after the first.
    seconds.withLock { $0 = 158 }
    _ = try ledger.append(Samples.group(2..<3))
    #expect(deadline(ledger) == 160)

    // Full: at once.
    #expect(ledger.room == 3)
    _ = try ledger.append(Samples.group(3..<6))
    #expect(ledger.sealDue == true)
    _ = try ledger.seal()
    #expect(deadline(ledger) == nil)
    #expect(ledger.room == 6)
  }

  @Test func aJournalOfTheRunBeforeIsSealedInItsTurn() throws {
    let scratch = try Scratch()
    do {
      var ledger = try Ledger(scratch)
      _ = try ledger.append(Samples.group(0..<2))
    }
    let ledger = try Ledger(scratch)
    #expect(ledger.nextDeadline == MonotonicTime(nanoseconds: 5_000_000_000))
  }
}
