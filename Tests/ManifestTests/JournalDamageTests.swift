import Testing

@testable import Manifest

/// A journal that a death has torn or a disk has damaged.
@Suite struct JournalDamageTests {
  private static let name = "00000001.jsonl"
  private let scratch: Scratch
  private let lines: [[UInt8]]

  init() throws {
    scratch = try Scratch()
    var ledger = try Ledger(scratch)
    lines = try ledger.append(Samples.group(0..<6)).map(\.journalLine)
  }

  /// Opens the ledger after the journal became `bytes`, with the photos of `inWork` in `work/`.
  private func reopen(_ bytes: [UInt8], inWork: Range<Int> = 0..<0) throws -> Ledger {
    try scratch.write(Self.name, bytes)
    return try Ledger(scratch, claimsInWork: Set(inWork.map { "claim-\($0)" }))
  }

  private func sequences(_ ledger: borrowing Ledger) -> [Int] {
    (0..<6).compactMap { ledger.openEntry(claim: "claim-\($0)")?.sequence }
  }

  /// The copies of the journal that were set aside.
  private var asides: [[UInt8]] {
    get throws {
      try scratch.names.filter { $0.hasPrefix(Self.name + ".damaged-") }.map {
        try scratch.read($0)
      }
    }
  }

  @Test func aTornLastLineIsCutWhereverItStops() throws {
    let whole = lines[0] + lines[1]
    for length in lines[0].count..<whole.count {
      var ledger = try reopen(Array(whole[..<length]), inWork: 1..<2)
      let torn = length - lines[0].count
      #expect(sequences(ledger) == [1])
      #expect(ledger.nextSequence == 2)
      let cut = RecoveryEvent.tornTailCut(name: Self.name, bytes: torn)
      #expect(ledger.recovered.contains(cut) == (torn > 0))
      #expect(!ledger.recovered.contains { $0.isDamage })
      _ = try ledger.append(Samples.group(1..<2))
      #expect(try scratch.read(Self.name) == whole)
    }
    #expect(try scratch.names == [Self.name, "stream"])
  }

  @Test(arguments: [
    [UInt8](repeating: 0, count: 300), [UInt8]("\u{1}}{garbage".utf8),
    [UInt8]("{\"sequence\":3}".utf8), [],
  ])
  func damageInTheMiddleCostsOnlyItsOwnLine(damage: [UInt8]) throws {
    let bytes = Array((lines[..<2] + [damage + [10]] + lines[3...]).joined())
    let ledger = try reopen(bytes)
    #expect(sequences(ledger) == [1, 2, 4, 5, 6])
    #expect(ledger.nextSequence == 7)
    #expect(ledger.recovered.contains(.entriesLost(after: 2, before: 4)))
    #expect(ledger.recovered.contains { $0.isDamage })
    #expect(try asides == [bytes])
  }

  /// A block of zeros across line ends, as a disk gives back what was never written.
  @Test func aZeroedBlockCostsTheLinesThatItTouches() throws {
    var bytes = Array(lines.joined())
    let start = lines[0].count + lines[1].count / 2
    let end = start + lines[1].count + lines[2].count
    bytes.replaceSubrange(start..<end, with: repeatElement(0, count: end - start))
    let ledger = try reopen(bytes)
    #expect(sequences(ledger) == [1, 5, 6])
    #expect(ledger.recovered.contains(.entriesLost(after: 1, before: 5)))
    #expect(try asides == [bytes])
  }

  @Test func aJournalOfZerosIsSetAsideAndTheStreamGoesOn() throws {
    let bytes = [UInt8](repeating: 0, count: 4096)
    var ledger = try reopen(bytes)
    #expect(ledger.openEntries == 0)
    #expect(try asides == [bytes])
    _ = try ledger.append(Samples.group(0..<2))
    _ = try #require(try ledger.seal())
  }

  /// Where the first line is gone, the stream file tells that it was there.
  @Test func aLostFirstLineIsNoticed() throws {
    let ledger = try reopen(Array(([[UInt8]("?\n".utf8)] + lines[1...]).joined()))
    #expect(sequences(ledger) == [2, 3, 4, 5, 6])
    #expect(ledger.recovered.contains(.entriesLost(after: 0, before: 2)))
  }

  /// One wrong digit must not cost the lines behind it, nor make the stream jump.
  @Test(arguments: [0, 2, 5], [9001, Int.max])
  func aSequenceThatJumpsIsDamage(position: Int, sequence: Int) throws {
    var damaged = lines
    let text = String(decoding: lines[position], as: UTF8.self)
    damaged[position] = [UInt8](
      text.replacing("\"sequence\":\(position + 1)", with: "\"sequence\":\(sequence)").utf8)
    let ledger = try reopen(Array(damaged.joined()))
    #expect(sequences(ledger) == (1...6).filter { $0 != position + 1 })
    #expect(ledger.nextSequence <= 7)
    #expect(try asides.count == 1)
  }

  /// What a damaged journal still held is written to a new one, gap and all, and nothing in that
  /// explains the gap.
  @Test(arguments: [[0, 2], [0, 2, 5], [1, 4], [0, 1, 5]])
  func theNextStartKeepsWhatIsBehindAGap(kept: [Int]) throws {
    let damaged = lines.indices.map { kept.contains($0) ? lines[$0] : [UInt8]("?\n".utf8) }
    for _ in 0..<3 {
      let isFirst = try asides.isEmpty
      let ledger = try reopen(isFirst ? Array(damaged.joined()) : scratch.read(Self.name))
      #expect(sequences(ledger) == kept.map { $0 + 1 })
      #expect(ledger.nextSequence == (kept.last ?? 0) + 2)
    }
  }

  /// Foundation reads these, but a manifest is UTF-8 (RFC 8259, section 8.1) and would hold them.
  @Test(arguments: ["mark", "UTF-16"])
  func aLineInAnotherEncodingIsDamage(encoding: String) throws {
    let line = String(decoding: lines[2].dropLast(), as: UTF8.self)
    let other =
      encoding == "mark"
      ? [UInt8]("\u{FEFF}\(line)".utf8)
      : line.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    var ledger = try reopen(Array((lines[..<2] + [other + [10]] + lines[3...]).joined()))
    #expect(sequences(ledger) == [1, 2, 4, 5, 6])
    let number = ledger.manifest
    #expect(try ledger.seal() != nil)
    let document = try SealedDocument(try scratch.read("0000000\(number).json"), number: number)
    #expect(document.entries.map(\.sequence) == [1, 2, 4, 5, 6])
  }

  @Test func aLineThatIsThereTwiceCountsOnce() throws {
    let ledger = try reopen(Array((lines[..<3] + [lines[1]] + lines[3...]).joined()))
    #expect(sequences(ledger) == [1, 2, 3, 4, 5, 6])
    #expect(ledger.openEntries == 6)
  }

  /// Of a group whose sync a power loss prevented, any blocks may be on the disk, in any order. None
  /// of its entries counted, so the stream goes on without a gap.
  @Test func anUnsyncedGroupLeavesNoGapWhateverOfItIsOnTheDisk() throws {
    let counted = Array(lines[..<2].joined())
    let group = Array(lines[2...].joined())
    let blocks = 6
    let size = (group.count + blocks - 1) / blocks
    for mask in 0..<(1 << blocks) {
      var bytes = counted
      for block in 0..<blocks {
        let part = group[(block * size)..<min((block + 1) * size, group.count)]
        bytes += mask >> block & 1 == 1 ? Array(part) : Array(repeating: 0, count: part.count)
      }
      let ledger = try reopen(bytes, inWork: 2..<6)
      let found = sequences(ledger)
      #expect(found.count >= 2)
      #expect(found == Array(1...found.count))
      #expect(ledger.nextSequence == found.count + 1)
    }
  }

  /// The same gap, but a photo behind it has left `work/`: its entry counted, and stays.
  @Test func anEntryThatCountedIsKeptBehindAGap() throws {
    let bytes = Array((lines[..<2] + lines[3...]).joined())
    #expect(sequences(try reopen(bytes, inWork: 2..<6)) == [1, 2])
    #expect(sequences(try reopen(bytes, inWork: 2..<5)) == [1, 2, 4, 5, 6])
    #expect(try asides == [bytes, bytes])
  }

  /// Any change of a few bytes: the start succeeds, and what is kept rises.
  @Test func noDamageStopsTheStart() throws {
    var generator = SplitMix(state: 7)
    for _ in 0..<100 {
      var bytes = Array(lines.joined())
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let start = Int.random(in: 0..<bytes.count, using: &generator)
        let end = min(bytes.count, start + Int.random(in: 0...700, using: &generator))
        let insert = (0..<Int.random(in: 0...20, using: &generator)).map { _ -> UInt8 in
          [0, 10, 34, 44, 123, 125, 255].randomElement(using: &generator) ?? 0
        }
        bytes.replaceSubrange(start..<end, with: insert)
        if bytes.isEmpty { break }
      }
      let other = try Scratch()
      try other.write("stream", try scratch.read("stream"))
      try other.write(Self.name, bytes)
      var ledger = try Ledger(other)
      let kept = sequences(ledger)
      #expect(kept == Array(Set(kept)).sorted())
      #expect(try ledger.append(Samples.group(9..<10)).first?.sequence == (kept.last ?? 0) + 1)
      #expect(try ledger.seal() != nil)
    }
  }
}

/// A generator with a seed (Steele, Lea and Flood 2014), so that a failure can be had again.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
