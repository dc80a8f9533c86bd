import FoundationEssentials

/// The entries of the open journal: durable, not sealed. Kept as the lines they are in the file,
/// because a sealed manifest repeats them byte for byte.
struct OpenJournal: Sendable {
  /// The number it has and will be sealed under.
  let number: Int
  /// The lines, each with its line feed.
  private(set) var lines: [UInt8] = []
  /// The sequences of the first and the last entry; nil where there is none.
  private(set) var sequences: ClosedRange<Int>?
  private(set) var summary = Summary()
  private var byClaim: [String: Range<Int>] = [:]

  init(number: Int) { self.number = number }

  var isEmpty: Bool { sequences == nil }
  var count: Int { summary.photos }

  /// Adds an entry and the line that says it.
  mutating func add(_ entry: Entry, line: some Collection<UInt8>) {
    let start = lines.count
    lines.append(contentsOf: line)
    byClaim[entry.claim] = start..<lines.count
    sequences = (sequences?.lowerBound ?? entry.sequence)...entry.sequence
    summary.add(entry)
  }

  /// The latest entry of a claim.
  func entry(claim: String) -> Entry? {
    byClaim[claim].flatMap { try? JSONDecoder().decode(Entry.self, from: Data(lines[$0])) }
  }
}
