import SystemPackage
import Testing

@testable import Manifest

/// Power loss: what was not synced may be gone, and in any order. So the order of changes and syncs is
/// a promise of its own. `writeWhole` syncs the file, renames it, and syncs the directory.
@Suite struct SyncOrderTests {
  private let scratch: Scratch
  private let faults = Faults()

  init() throws { scratch = try Scratch() }

  @Test func eachStateOfALifeIsDurableBeforeTheNextBegins() throws {
    var ledger = try Ledger(scratch, perform: faults.performer)
    _ = try ledger.append(Samples.group(0..<2))
    _ = try ledger.append(Samples.group(2..<4))
    _ = try ledger.seal()
    #expect(
      faults.made == [
        .writeWhole("stream"),
        // The first group comes with its journal, later ones with one write and one sync.
        .writeWhole("00000001.jsonl"),
        .append("00000001.jsonl"), .syncData("00000001.jsonl"),
        // The manifest is complete before the stream file says so, and that before others see it.
        .writeWhole(".00000001.json.ready"), .writeWhole("stream"),
        .rename(".00000001.json.ready", "00000001.json"), .syncDirectory,
        .remove("00000001.jsonl"), .syncDirectory,
      ])
  }

  /// Nobody knows whether the run before synced its last group, or was refused it: the entries may be
  /// nowhere but in memory. Photos are moved on the strength of them, so they are written anew.
  @Test func entriesOfTheRunBeforeAreMadeDurableAnew() throws {
    do {
      var ledger = try Ledger(scratch)
      _ = try ledger.append(Samples.group(0..<2))
    }
    let journal = FilePath("00000001.jsonl")
    let inode = try scratch.directory().status(of: journal)?.inode
    _ = try Ledger(scratch, perform: faults.performer)
    #expect(faults.made == [.writeWhole(journal)])
    #expect(try scratch.directory().status(of: journal)?.inode != inode)
  }

  /// Entries are in their new place before the old one goes.
  @Test func aJournalIsRemovedOnlyWhenItsEntriesAreDurableElsewhere() throws {
    do {
      var ledger = try Ledger(scratch)
      _ = try ledger.append(Samples.group(0..<2))
    }
    let lines = try scratch.read("00000001.jsonl")
    try scratch.write("00000002.jsonl", lines)
    _ = try Ledger(scratch, perform: faults.performer)
    #expect(
      faults.made == [
        .writeWhole("00000001.jsonl"), .syncDirectory, .remove("00000002.jsonl"), .syncDirectory,
      ])
  }

  @Test func aManifestThatWasReadyIsPublishedAndSyncedBeforeItsJournalGoes() throws {
    let killer = Saboteur(.killedBefore, at: 5, in: scratch)
    var ledger = try Ledger(scratch, perform: killer.performer)
    _ = try ledger.append(Samples.group(0..<2))
    #expect(throws: LedgerError.self) { try ledger.seal() }
    #expect(killer.struck == .rename(".00000001.json.ready", "00000001.json"))
    _ = try Ledger(scratch, perform: faults.performer)
    #expect(
      faults.made == [
        .rename(".00000001.json.ready", "00000001.json"), .syncDirectory,
        .syncDirectory, .remove("00000001.jsonl"), .syncDirectory,
      ])
  }
}
