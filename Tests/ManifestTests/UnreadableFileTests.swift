import FileSystem
import Synchronization
import SystemPackage
import Testing

@testable import Manifest

/// Files of `manifests/` that the disk reports an error for.
@Suite struct UnreadableFileTests {
  private let scratch: Scratch
  private let stream: String
  /// A stream whose manifest 1 was taken away, so that nothing but its file tells of it, and journal
  /// 2 of two entries.
  private let files: [String: [UInt8]]

  init() throws {
    scratch = try Scratch()
    var ledger = try Ledger(scratch)
    stream = ledger.stream
    _ = try ledger.append(Samples.group(0..<3))
    _ = try ledger.seal()
    _ = try ledger.append(Samples.group(3..<5))
    try scratch.remove("00000001.json")
    var files: [String: [UInt8]] = [:]
    for name in try scratch.names { files[name] = try scratch.read(name) }
    self.files = files
    #expect(files.keys.sorted() == ["00000002.jsonl", "stream"])
  }

  /// Reports EIO for the first so many attempts to read the file.
  private func failing(_ name: String, _ attempts: Int) -> ManifestFolder.ReadGate {
    let left = Attempts(attempts)
    return { (path) throws(FileSystemError) in
      guard path.string == name, left.take() else { return }
      throw FileSystemError(call: "read", path: path, errno: .ioError)
    }
  }

  @Test(arguments: ["stream", "00000002.jsonl"])
  func anErrorThatPassesChangesNothing(name: String) throws {
    let ledger = try Ledger(scratch, beforeReading: failing(name, 1))
    #expect(!ledger.recovered.contains { $0.isDamage })
    #expect(ledger.stream == stream)
    #expect(ledger.nextSequence == 6)
    #expect(try scratch.names == files.keys.sorted())
  }

  /// The disk reports errors for reads and changes alike, and that start fails; the next one finds
  /// everything.
  @Test(arguments: ["stream", "00000002.jsonl"], [true, false])
  func aStartThatFailsCostsNothing(name: String, isMade: Bool) throws {
    let faults = Faults()
    faults.instead = { (change, body) throws(FileSystemError) in
      if isMade { try body() }
      throw FileSystemError(call: "test", path: "manifests", errno: .ioError)
    }
    #expect(throws: LedgerError.self) {
      _ = try Ledger(
        scratch, perform: faults.performer, beforeReading: failing(name, .max))
    }
    let ledger = try Ledger(scratch)
    #expect(ledger.stream == stream)
    #expect(ledger.openEntries == 2)
    #expect(ledger.nextSequence == 6)
  }

  @Test func anUnreadableStreamFileIsKeptAndANewStreamBegins() throws {
    let ledger = try Ledger(scratch, beforeReading: failing("stream", .max))
    #expect(ledger.stream != stream)
    #expect(ledger.openEntries == 2)
    #expect(ledger.nextSequence == 6)
    let aside = "stream.damaged-20260131T081530.042Z"
    #expect(try scratch.names == ["00000002.jsonl", "stream", aside])
    #expect(try scratch.read(aside) == files["stream"])
    #expect(StreamState(try scratch.read("stream"))?.stream == ledger.stream)
  }

  @Test(arguments: [Errno.notSupported, nil])
  func anUnreadableJournalIsKeptWhereverThereAreSecondNames(noSecondNames: Errno?) throws {
    let faults = Faults()
    faults.fail = { if case .link = $0 { noSecondNames } else { nil } }
    var ledger = try Ledger(
      scratch, perform: faults.performer, beforeReading: failing("00000002.jsonl", .max))
    #expect(ledger.stream == stream)
    let aside = "00000002.jsonl.damaged-20260131T081530.042Z"
    #expect(try scratch.names == [aside, "stream"])
    #expect(try scratch.read(aside) == files["00000002.jsonl"])
    _ = try ledger.append(Samples.group(5..<6))
    #expect(try ledger.seal()?.number == 3)
  }
}

/// Attempts that fail, counted down by whoever makes them.
private final class Attempts: Sendable {
  private let left: Mutex<Int>

  init(_ count: Int) { left = Mutex(count) }

  func take() -> Bool {
    left.withLock { left in
      guard left > 0 else { return false }
      left -= 1
      return true
    }
  }
}
