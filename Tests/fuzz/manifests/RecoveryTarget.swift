import FuzzSupport
import FileSystem
import SystemPackage

@testable import Manifest

/// A whole `manifests/` folder as a start finds it. An input is its files, each ended by an ASCII
/// record separator: the stream file, the journal and the sealed manifest of one number, the one that
/// was ready to be published, the journal of the next number.
final class RecoveryTarget: FuzzTarget {
  private static let separator: UInt8 = 0x1E
  private static let number = 2
  private static let names: [ManifestName] = [
    .stream, .journal(number), .sealed(number), .ready(number), .journal(number + 1),
  ]

  var seeds: [String: [UInt8]] {
    let state = StreamState(stream: ManifestSamples.stream, sequence: 3, manifest: 2)
    var sealed = OpenJournal(number: Self.number)
    let lines = ManifestSamples.lines(1...3)
    for (number, line) in zip(1...3, lines) {
      sealed.add(Entry(ManifestSamples.draft(number), sequence: number), line: line)
    }
    let manifest = SealedDocument.text(
      of: sealed, stream: ManifestSamples.stream, sealedAt: ManifestSamples.moment)
    let old = sealed.lines
    let open = Array(ManifestSamples.lines(4...5).joined())
    let begun = StreamState(stream: ManifestSamples.stream, sequence: 0, manifest: 1)
    return [
      "running": Self.folder([state.bytes, [], manifest, [], open]),
      "sealing": Self.folder([state.bytes, old, [], manifest, []]),
      "sealed": Self.folder([state.bytes, old, manifest, [], open]),
      "unsealed": Self.folder([begun.bytes, old, [], manifest, []]),
      "streamless": Self.folder([[], [], manifest, [], open]),
    ]
  }

  private static func folder(_ files: [[UInt8]]) -> [UInt8] {
    files.flatMap { $0 + [separator] }
  }

  func run(_ bytes: [UInt8]) {
    var rest = bytes[...]
    for name in Self.names {
      let content = rest.prefix { $0 != Self.separator }
      rest = rest.dropFirst(content.count + 1)
      scratch.write(name.text, content)
    }
    defer { scratch.clear() }
    let first = start()
    let second = start()
    check(second.lines == first.lines, "a second start finds what the first one kept")
    check(second.nextSequence == first.nextSequence, "a second start goes on where the first did")
    goOn(first)
  }

  private let scratch = ScratchFolder()

  private struct Start {
    var lines: [UInt8]
    var nextSequence: Int
  }

  private func openLedger() throws -> Ledger {
    // Of these two the photos are still in `work/`.
    try Ledger(opening: scratch.directory(), claimsInWork: ["claim-3", "claim-5"])
  }

  private func start() -> Start {
    require("damage never stops a start") {
      let ledger = try openLedger()
      return Start(lines: ledger.journal.lines, nextSequence: ledger.nextSequence)
    }
  }

  private func goOn(_ found: Start) {
    require("the stream goes on") {
      var ledger = try openLedger()
      let entries = try ledger.append([ManifestSamples.draft(9)])
      check(entries.map(\.sequence) == [found.nextSequence], "the next entry has the next sequence")
      let number = ledger.manifest
      check(try ledger.seal() != nil, "a journal with entries is sealed")
      let bytes = try scratch.directory().readWhole(ManifestName.sealed(number).path, limit: .max)
      let document = try SealedDocument(bytes, number: number)
      check(document.lastSequence == found.nextSequence, "the manifest ends with the last entry")
    }
    let after = start()
    check(after.lines.isEmpty, "what was sealed is not open any more")
    check(after.nextSequence == found.nextSequence + 1, "no sequence is used twice")
  }
}
