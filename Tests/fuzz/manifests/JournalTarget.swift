import FuzzSupport
@testable import Manifest

/// What a start makes of a journal that a death has torn or a disk damaged.
struct JournalTarget: FuzzTarget {
  var seeds: [String: [UInt8]] {
    [
      "whole.jsonl": Array(ManifestSamples.lines(1...3).joined()),
      "later.jsonl": Array(ManifestSamples.lines(40...42).joined()),
      "torn.jsonl": Array(ManifestSamples.lines(1...2).joined().dropLast(90)),
      "gap.jsonl": Array((ManifestSamples.lines(1...1) + ManifestSamples.lines(3...4)).joined()),
      "zeros.jsonl": ManifestSamples.lines(1...1).joined() + [UInt8](repeating: 0, count: 700)
        + ManifestSamples.lines(3...3).joined(),
    ]
  }

  func run(_ bytes: [UInt8]) {
    let alone = JournalSalvage(bytes, after: nil, claimsInWork: [])
    examine(alone, of: bytes)
    let unmoved = Set(alone.kept.suffix(alone.kept.count / 2).map(\.entry.claim))
    let first = alone.kept.first?.entry.sequence ?? 1
    for sealed in [0, first - 1] {
      for claims in [[], unmoved] {
        examine(JournalSalvage(bytes, after: sealed, claimsInWork: claims), of: bytes)
      }
    }
  }

  private func examine(_ salvage: JournalSalvage, of bytes: [UInt8]) {
    var end = 0
    for (line, next) in zip(salvage.kept, salvage.kept.dropFirst().map { $0 } + [nil]) {
      let range = line.bytes.indices
      check(range.lowerBound >= end && line.bytes == bytes[range], "a kept line is the journal's")
      check(
        range.lowerBound == 0 || bytes[range.lowerBound - 1] == 10, "a line begins behind another")
      check(line.bytes.firstIndex(of: 10) == range.upperBound - 1, "a line is one line")
      check(line.entry.sequence > 0, "a sequence is positive")
      check(next.map { $0.entry.sequence > line.entry.sequence } ?? true, "sequences rise")
      end = range.upperBound
    }
    let kept = salvage.kept.reduce(0) { $0 + $1.bytes.count }
    check(
      salvage.damage != nil || kept + salvage.tornBytes == bytes.count,
      "without damage all is kept but a torn end")
    checkSealing(salvage)
  }

  /// What is kept is sealed, and everybody must be able to read that.
  private func checkSealing(_ salvage: JournalSalvage) {
    guard !salvage.kept.isEmpty else { return }
    var journal = OpenJournal(number: 7)
    for line in salvage.kept { journal.add(line.entry, line: line.bytes) }
    let text = SealedDocument.text(
      of: journal, stream: ManifestSamples.stream, sealedAt: ManifestSamples.moment)
    let document = require("a sealed manifest can be read") {
      try SealedDocument(text, number: 7)
    }
    check(document.entries == salvage.kept.map(\.entry), "a manifest holds the journal's entries")
  }
}
