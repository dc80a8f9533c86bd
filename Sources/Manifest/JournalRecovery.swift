import FileSystem

// Recovery's second half: journals.
extension LedgerRecovery {
  /// What could be kept of a journal.
  struct Journal {
    let number: Int
    let lines: [JournalSalvage.Line]
    /// Whether it was damaged, so that a copy is set aside already.
    let isKeptAside: Bool
  }

  /// Reads every journal. One is the rule; more are there after a death in the middle of a recovery,
  /// or where a sealed one could not be removed.
  mutating func readJournals(
    _ stream: StreamState?, _ survey: ManifestSurvey,
    in folder: borrowing ManifestFolder
  ) throws(FileSystemError) -> [Journal] {
    var journals: [Journal] = []
    var hasOpen = false
    for number in survey.journals.sorted() {
      let name = ManifestName.journal(number)
      guard let bytes = try read(name.path, in: folder) else { continue }
      // Where the open journal must begin is known. A sealed one is only looked through, and a
      // second one repeats the first where a death came between writing it and removing that.
      let isOpen = stream.map { number > $0.manifest } ?? false
      let previous = isOpen && !hasOpen ? stream?.sequence : nil
      hasOpen = hasOpen || isOpen
      let salvage = JournalSalvage(bytes, after: previous, claimsInWork: claimsInWork)
      if let damage = salvage.damage { try keepAside(name.path, damage, in: folder) }
      if salvage.tornBytes > 0 {
        events.append(.tornTailCut(name: name.text, bytes: salvage.tornBytes))
      }
      journals.append(
        Journal(number: number, lines: salvage.kept, isKeptAside: salvage.damage != nil))
    }
    return journals
  }

  /// The open journal: the entries of all journals that are in no sealed manifest, in order.
  mutating func merge(
    _ journals: [Journal], _ state: StreamState, _ survey: ManifestSurvey,
    in folder: borrowing ManifestFolder
  ) throws(FileSystemError) -> OpenJournal {
    var lines: [(journal: Int, line: JournalSalvage.Line)] = []
    var last = state.sequence
    for journal in journals {
      var repeated = 0
      for line in journal.lines where line.entry.sequence > state.sequence {
        if line.entry.sequence > last {
          lines.append((journal.number, line))
          last = line.entry.sequence
        } else if !lines.contains(where: { $0.line.bytes == line.bytes }) {
          repeated += 1
        }
      }
      guard repeated > 0, !journal.isKeptAside else { continue }
      let name = ManifestName.journal(journal.number)
      try keepAside(name.path, "\(repeated) entries repeat a sequence", in: folder)
    }
    closeGaps(&lines, after: state.sequence)
    let number = lines.last?.journal
    // A journal of a number that may have been published is continued under a new one.
    let used = max(state.manifest, survey.sealed.max() ?? 0)
    let isFree = number.map { $0 > used } ?? false
    let next = max(state.manifest, survey.highestNumber) + 1
    var open = OpenJournal(number: isFree ? number ?? next : next)
    for (_, line) in lines { open.add(line.entry, line: line.bytes) }
    return open
  }

  /// Drops what lies behind a gap between journals and never counted, as `JournalSalvage` does within
  /// one: the next start reads them as one, and must come to the same end. Other gaps are reported.
  private mutating func closeGaps(
    _ lines: inout [(journal: Int, line: JournalSalvage.Line)], after sealed: Int
  ) {
    let sequences = lines.map(\.line.entry.sequence)
    let gaps = zip(sequences.indices, zip([sealed] + sequences, sequences))
      .filter { $1.1 > $1.0 + 1 }
    let cut = JournalSalvage.unacknowledged(
      of: lines.map(\.line), behind: gaps.map(\.0), claimsInWork)
    for (index, (previous, next)) in gaps where index < cut ?? .max {
      events.append(.entriesLost(after: previous, before: next))
    }
    guard let cut else { return }
    let name = ManifestName.journal(lines[cut].journal)
    let bytes = lines[cut...].reduce(0) { $0 + $1.line.bytes.count }
    events.append(.tornTailCut(name: name.text, bytes: bytes))
    lines.removeSubrange(cut...)
  }
}
