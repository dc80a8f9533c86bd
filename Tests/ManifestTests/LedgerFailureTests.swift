import Synchronization
import SystemPackage
import Testing
import Threading

@testable import Manifest

/// What a ledger does when a system call fails, and that it goes on.
@Suite struct LedgerFailureTests {
  private static let journal = "00000001.jsonl"
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Opens a ledger whose changes fail while `fails` says so; `made` remembers the others.
  private func open(_ faults: Faults, policy: SealPolicy = SealPolicy()) throws -> Ledger {
    try Ledger(scratch, policy: policy, perform: faults.performer)
  }

  @Test func afterAFailedSyncTheEntriesGoToAFreshFile() throws {
    let faults = Faults()
    var ledger = try open(faults)
    let first = try ledger.append(Samples.group(0..<2))
    let inode = try scratch.directory().status(of: FilePath(Self.journal))?.inode

    faults.fail = { if case .syncData = $0 { .ioError } else { nil } }
    let second = try ledger.append(Samples.group(2..<4))
    #expect(second.map(\.sequence) == [3, 4])
    let all = (first + second).flatMap(\.journalLine)
    #expect(try scratch.read(Self.journal) == all)
    #expect(try scratch.directory().status(of: FilePath(Self.journal))?.inode != inode)

    let aside = "\(Self.journal).failed-20260131T081530.042Z"
    #expect(try scratch.directory().status(of: FilePath(aside))?.inode == inode)
    let problem = "manifests: Input/output error (test)"
    #expect(
      ledger.takeIncidents()
        == [.journalGivenUp(name: Self.journal, problem: problem, setAs: aside)])
    #expect(ledger.takeIncidents().isEmpty)

    // The given-up file is never touched again.
    let then = try scratch.read(aside)
    faults.fail = { _ in nil }
    _ = try ledger.append(Samples.group(4..<6))
    #expect(try scratch.read(aside) == then)
    #expect(try ledger.seal()?.sequences == 1...6)
  }

  /// The fresh file cannot be written either: nothing counts until one can, and no sync is tried
  /// again on a file that failed.
  @Test func afterAFailedSyncNothingCountsUntilAFreshFileIsWritten() throws {
    let faults = Faults()
    var ledger = try open(faults)
    let first = try ledger.append(Samples.group(0..<2))
    faults.fail = { change in
      switch change {
      case .syncData, .writeWhole: .ioError
      default: nil
      }
    }
    for _ in 0..<2 {
      #expect(throws: LedgerError.self) { try ledger.append(Samples.group(2..<4)) }
      #expect(ledger.nextSequence == 3)
      #expect(ledger.openEntry(claim: "claim-2") == nil)
    }
    faults.fail = { _ in nil }
    let again = try ledger.append(Samples.group(5..<6))
    #expect(again.map(\.sequence) == [3])
    #expect(try scratch.read(Self.journal) == (first + again).flatMap(\.journalLine))
    #expect(faults.made.filter { $0 == .syncData(FilePath(Self.journal)) }.isEmpty)
  }

  @Test func withoutHardLinksAFailedFileIsCopied() throws {
    let faults = Faults()
    var ledger = try open(faults)
    _ = try ledger.append(Samples.group(0..<2))
    faults.fail = { change in
      switch change {
      case .syncData: .ioError
      case .link: .notPermitted
      default: nil
      }
    }
    _ = try ledger.append(Samples.group(2..<4))
    #expect(try scratch.names.count { $0.hasPrefix("\(Self.journal).failed-") } == 1)
    #expect(ledger.openEntries == 4)
  }

  @Test func aShortWriteIsCutAndTheFileGoesOn() throws {
    let faults = Faults()
    var ledger = try open(faults)
    let first = try ledger.append(Samples.group(0..<2))
    let inode = try scratch.directory().status(of: FilePath(Self.journal))?.inode
    let saboteur = Saboteur(.shortWrite, at: 1, in: scratch)
    faults.instead = saboteur.performer
    let error = #expect(throws: LedgerError.self) { try ledger.append(Samples.group(2..<4)) }
    #expect(error?.isOutOfSpace == true)
    #expect(error?.task == .append)
    #expect(saboteur.struck == .append(FilePath(Self.journal)))
    #expect(try scratch.read(Self.journal) == first.flatMap(\.journalLine))

    let second = try ledger.append(Samples.group(2..<4))
    #expect(second.map(\.sequence) == [3, 4])
    #expect(try scratch.read(Self.journal) == (first + second).flatMap(\.journalLine))
    #expect(try scratch.directory().status(of: FilePath(Self.journal))?.inode == inode)
  }

  @Test func whereTheTailCannotBeCutTheEntriesGoToAFreshFile() throws {
    let faults = Faults()
    var ledger = try open(faults)
    let first = try ledger.append(Samples.group(0..<2))
    faults.fail = { change in
      switch change {
      case .append, .truncate: .ioError
      default: nil
      }
    }
    let second = try ledger.append(Samples.group(2..<4))
    #expect(try scratch.read(Self.journal) == (first + second).flatMap(\.journalLine))
    #expect(ledger.takeIncidents().count == 1)
  }

  /// Whichever step of sealing fails, the journal stays open, and the next try is not at once.
  @Test(arguments: [
    DiskChange.writeWhole(".00000001.json.ready"), .writeWhole("stream"),
    .rename(".00000001.json.ready", "00000001.json"),
  ])
  func aSealThatFailsIsTriedAgainLater(step: DiskChange) throws {
    let faults = Faults()
    let seconds = Mutex(0)
    let clock = LedgerClock(
      wall: { Samples.moment },
      monotonic: { MonotonicTime(nanoseconds: seconds.withLock { Int64($0) * 1_000_000_000 }) })
    var ledger = try Ledger(
      scratch, policy: SealPolicy(entries: 2), clock: clock, perform: faults.performer)
    let entries = try ledger.append(Samples.group(0..<2))
    #expect(ledger.sealDue == true)
    faults.fail = { $0 == step ? .noSpace : nil }
    let error = #expect(throws: LedgerError.self) { try ledger.seal() }
    #expect(error?.task == .seal)
    #expect(ledger.sealDue == false)
    #expect(ledger.openEntry(claim: "claim-1") == entries[1])
    #expect(!scratch.has("00000001.json"))

    // More entries while it waits; the next try takes them all.
    let more = try ledger.append(Samples.group(2..<3))
    seconds.withLock { $0 = 5 }
    #expect(ledger.sealDue == true)
    faults.fail = { _ in nil }
    #expect(try ledger.seal()?.sequences == 1...3)
    let document = try SealedDocument(try scratch.read("00000001.json"), number: 1)
    #expect(document.entries == entries + more)
    #expect(try scratch.names == ["00000001.json", "stream"])
  }

  /// From the rename on, the manifest is out: what fails then must not seal it again.
  @Test(arguments: [DiskChange.syncDirectory, .remove("00000001.jsonl")])
  func aPublishedManifestIsSealedWhateverFailsAfterwards(step: DiskChange) throws {
    let faults = Faults()
    var ledger = try open(faults)
    _ = try ledger.append(Samples.group(0..<2))
    faults.fail = { $0 == step ? .ioError : nil }
    #expect(try ledger.seal()?.number == 1)
    #expect(ledger.takeIncidents().count == 1)
    #expect(try scratch.names == ["00000001.json", Self.journal, "stream"])
    #expect(ledger.openEntries == 0)
    #expect(try ledger.append(Samples.group(2..<3)).first?.sequence == 3)

    faults.fail = { _ in nil }
    #expect(try ledger.seal()?.number == 2)
    #expect(try scratch.names == ["00000001.json", "00000002.json", "stream"])
  }

  /// Although nothing is appended any more; and it is said once.
  @Test(arguments: [DiskChange.syncDirectory, .remove("00000001.jsonl")])
  func aJournalThatCouldNotBeRemovedIsTriedAgain(step: DiskChange) throws {
    let faults = Faults()
    let seconds = Mutex(0)
    let clock = LedgerClock(
      wall: { Samples.moment },
      monotonic: { MonotonicTime(nanoseconds: seconds.withLock { Int64($0) * 1_000_000_000 }) })
    var ledger = try Ledger(scratch, policy: SealPolicy(), clock: clock, perform: faults.performer)
    _ = try ledger.append(Samples.group(0..<2))
    faults.fail = { $0 == step ? .interrupted : nil }
    _ = try ledger.seal()
    #expect(ledger.isTidy == false)
    #expect(ledger.sealDue == false)
    #expect(ledger.takeIncidents().count == 1)
    for moment in [5, 10] {
      seconds.withLock { $0 = moment }
      #expect(ledger.sealDue == true)
      #expect(try ledger.seal() == nil)
      #expect(ledger.sealDue == false)
    }
    #expect(ledger.takeIncidents().isEmpty)
    faults.fail = { _ in nil }
    seconds.withLock { $0 = 15 }
    #expect(try ledger.seal() == nil)
    #expect(ledger.isTidy == true)
    #expect(ledger.nextDeadline == nil)
    #expect(try scratch.names == ["00000001.json", "stream"])
  }

  @Test func aStrangersFileUnderANeededNameIsSetAside() throws {
    let faults = Faults()
    var ledger = try open(faults)
    let strange = [UInt8]("not yours".utf8)
    for name in [Self.journal, "00000001.json"] { try scratch.write(name, strange) }
    _ = try ledger.append(Samples.group(0..<2))
    #expect(try ledger.seal()?.number == 1)
    #expect(ledger.takeIncidents().count { $0.isDamage } == 2)
    for name in [Self.journal, "00000001.json"] {
      #expect(try scratch.read("\(name).foreign-20260131T081530.042Z") == strange)
    }
    #expect(try SealedDocument(try scratch.read("00000001.json"), number: 1).entries.count == 2)
  }

  @Test func aStartThatFailsChangesNothingAndMayBeTriedAgain() throws {
    let faults = Faults()
    do {
      var ledger = try open(faults)
      _ = try ledger.append(Samples.group(0..<2))
    }
    let before = try scratch.read(Self.journal)
    faults.fail = { if case .writeWhole = $0 { .noSpace } else { nil } }
    let error = #expect(throws: LedgerError.self) { _ = try open(faults) }
    #expect(error?.task == .open)
    #expect(error?.isOutOfSpace == true)
    #expect(try scratch.read(Self.journal) == before)
    faults.fail = { _ in nil }
    #expect(try open(faults).openEntries == 2)
  }
}
