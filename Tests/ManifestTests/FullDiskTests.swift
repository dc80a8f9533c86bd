import FoundationEssentials
import Glibc
import Testing

@testable import Manifest

/// A real file system that is really full.
@Suite(.enabled(if: SmallDisk.isPossible, "needs root, to mount a small tmpfs"))
struct FullDiskTests {
  @Test func nothingIsLostAndTheLedgerGoesOnOnceThereIsRoom() throws {
    let disk = try SmallDisk()
    let scratch = disk.scratch
    do {
      var ledger = try Ledger(scratch)
      var sequences = try ledger.append(Samples.group(0..<3)).map(\.sequence)

      // The disk fills up in the middle of the entries.
      try disk.fill()
      var refused = 0
      for number in 3..<40 {
        do {
          sequences += try ledger.append(Samples.group(number..<number + 1)).map(\.sequence)
        } catch {
          #expect(error.isOutOfSpace)
          refused += 1
        }
      }
      #expect(refused > 0)
      #expect(sequences == Array(1...sequences.count))
      let counted = try scratch.read("00000001.jsonl")
      #expect(counted.count { $0 == UInt8(ascii: "\n") } == sequences.count)

      // No room to seal: the journal stays as it is.
      #expect(throws: LedgerError.self) { try ledger.seal() }
      #expect(try scratch.read("00000001.jsonl") == counted)

      try disk.clear()
      sequences += try ledger.append(Samples.group(50..<60)).map(\.sequence)
      #expect(try ledger.seal()?.sequences == 1...sequences.count)
      #expect(try scratch.names == ["00000001.json", "stream"])
    }
  }

  @Test func aStartOnAFullDiskLosesNothing() throws {
    let disk = try SmallDisk()
    let scratch = disk.scratch
    do {
      var ledger = try Ledger(scratch)
      _ = try ledger.append(Samples.group(0..<20))
    }
    try disk.fill()
    #expect(throws: LedgerError.self) { _ = try Ledger(scratch) }
    try disk.clear()
    #expect(try Ledger(scratch).openEntries == 20)
  }
}

/// A tmpfs of 128 KiB, mounted for as long as the value lives.
private final class SmallDisk {
  static let isPossible = getuid() == 0

  let scratch: Scratch
  private var filler: String { "\(scratch.path)/filler" }

  init() throws {
    scratch = try Scratch()
    try #require(
      unsafe mount("tmpfs", scratch.path, "tmpfs", 0, "size=128k") == 0,
      "a container may forbid mounting even to root")
  }

  deinit { _ = unsafe umount2(scratch.path, Int32(MNT_DETACH)) }

  /// Writes a file that takes all the room there is.
  func fill() throws {
    let file = unsafe fopen(filler, "w")
    defer { _ = unsafe fclose(file) }
    let block = [UInt8](repeating: 1, count: 4096)
    while unsafe fwrite(block, 1, block.count, file) == block.count, unsafe fflush(file) == 0 {}
  }

  func clear() throws { try FileManager.default.removeItem(atPath: filler) }
}
