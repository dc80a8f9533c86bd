import FoundationEssentials

/// What can be kept of a journal that a death may have torn or a disk damaged.
struct JournalSalvage {
  /// An entry and the line that says it.
  struct Line {
    let entry: Entry
    /// With its line feed.
    let bytes: ArraySlice<UInt8>
  }

  /// The entries to go on with, sequences rising.
  private(set) var kept: [Line] = []
  /// How many bytes of an unfinished group were left out at the end; 0 where there is `damage`.
  private(set) var tornBytes = 0
  /// What is wrong beyond that; nil where nothing is.
  private(set) var damage: String?

  // Indices into `kept` before which something is missing or makes no sense.
  private var faults: [Int] = []
  private var previous: Int?
  // At most so many lines were lost since the last good one.
  private var lost = 0

  /// An entry's line has at least this many bytes.
  private static let shortestLine = 200
  /// So far a sequence may jump without a trace of what is missing: a start that meets damage writes
  /// a journal that has the gap and nothing in it, and the next start must come to the same end.
  private static let largestGap = 1000

  /// - Parameters:
  ///   - bytes: the journal's content.
  ///   - sealed: the sequence that the first entry follows, where that is known.
  ///   - claimsInWork: the claims whose photos have not left `work/`.
  init(_ bytes: [UInt8], after sealed: Int?, claimsInWork: Set<String>) {
    previous = sealed
    var lines = Self.lines(bytes)[...]
    while let (line, entry) = lines.popFirst() {
      take(line, entry, next: lines.lazy.compactMap(\.entry).first)
    }
    if kept.isEmpty, sealed != nil, !bytes.isEmpty {
      // Nothing follows where it should: then the file knows better where it begins.
      self = JournalSalvage(bytes, after: nil, claimsInWork: claimsInWork)
      return
    }
    dropUnacknowledged(claimsInWork)
    judge(bytes)
  }

  private static func lines(_ bytes: [UInt8]) -> [(bytes: ArraySlice<UInt8>, entry: Entry?)] {
    var lines: [(ArraySlice<UInt8>, Entry?)] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest[...end]
      lines.append((line, entry(line)))
      rest = rest[(end + 1)...]
    }
    // A line without its line feed was not written to its end.
    if !rest.isEmpty { lines.append((rest, nil)) }
    return lines
  }

  /// A line becomes part of a sealed manifest as it is. So it must be UTF-8 without a byte order mark,
  /// although Foundation reads other encodings, too.
  private static func entry(_ line: ArraySlice<UInt8>) -> Entry? {
    guard line.first == UInt8(ascii: "{"), !line.contains(0),
      String(validating: line, as: UTF8.self) != nil
    else { return nil }
    return try? JSONDecoder().decode(Entry.self, from: Data(line))
  }

  private mutating func take(
    _ bytes: ArraySlice<UInt8>, _ entry: Entry?, next: @autoclosure () -> Entry?
  ) {
    guard let entry, follows(entry.sequence, next: next()?.sequence) else { return reject(bytes) }
    if let previous, entry.sequence != previous + 1 { fault() }
    kept.append(Line(entry: entry, bytes: bytes))
    previous = entry.sequence
    lost = 0
  }

  /// Whether a sequence may come next, before the next one that can be read. One that jumps further
  /// than the damage before it explains is damaged itself, unless the line behind bears it out, or
  /// does not contradict it and so many entries may be missing.
  private func follows(_ sequence: Int, next: Int?) -> Bool {
    guard let previous else { return true }
    guard sequence > previous else { return false }
    let jump = sequence - previous
    return jump <= 1 + lost || next == sequence + 1
      || jump <= Self.largestGap && next ?? .max > sequence
  }

  private mutating func reject(_ bytes: ArraySlice<UInt8>) {
    lost += 1 + bytes.count / Self.shortestLine
    fault()
  }

  private mutating func fault() {
    if faults.last != kept.count { faults.append(kept.count) }
  }

  private mutating func dropUnacknowledged(_ claimsInWork: Set<String>) {
    guard let cut = Self.unacknowledged(of: kept, behind: faults, claimsInWork) else { return }
    kept.removeSubrange(cut...)
  }

  /// The last group may be on the disk in part, and not from its beginning. Its entries never
  /// counted, and their photos are all still in `work/`: they are done again, without a gap.
  /// - Returns: where such entries begin, at one of the `faults`; nil where there are none.
  static func unacknowledged(
    of lines: [Line], behind faults: [Int], _ claimsInWork: Set<String>
  ) -> Int? {
    let acknowledged = lines.lastIndex { !claimsInWork.contains($0.entry.claim) } ?? -1
    return faults.first { $0 > acknowledged }
  }

  private mutating func judge(_ bytes: [UInt8]) {
    guard !faults.isEmpty else { return }
    let end = kept.last?.bytes.endIndex ?? 0
    let tail = bytes[end...]
    // One line that stops short is what a death leaves. Zeros or several lines may be more.
    if faults == [kept.count], !tail.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\n") }) {
      tornBytes = tail.count
    } else {
      let senseless = bytes.count - kept.reduce(0) { $0 + $1.bytes.count }
      damage = senseless > 0 ? "\(senseless) bytes make no sense" : "entries are missing"
    }
  }
}
