import FileSystem
public import Threading

/// A manifest that has just been sealed.
public struct SealedManifest: Sendable, Equatable {
  /// Its number.
  public let number: Int
  /// Its file's name in `manifests/`.
  public let name: String
  /// The sequences of its first and its last entry.
  public let sequences: ClosedRange<Int>
  /// What it holds.
  public let summary: Summary
}

// Sealing goes through these states, each durable before the next begins. `ready` is the complete
// manifest under a hidden name.
//
//     1  journal                            the entries are open
//     2  journal, ready                     still open: the stream file says so
//     3  journal, ready,  stream says N     sealed: a start publishes `ready`
//     4  journal, N.json, stream says N     published, and from now on others may take N.json away
//     5  N.json, stream says N
//
// In 3 the ready file tells that nobody has seen N.json yet; in 4 its absence tells that N.json was
// published, though it may be gone already. So a start never seals the same entries twice.
extension Ledger {
  /// When the open journal should be sealed, unless something is appended until then; nil while it
  /// is empty and nothing of the seals before remains to be done. Right now where it is full. After
  /// a seal that failed, not before `policy.idle`.
  public var nextDeadline: MonotonicTime? {
    guard let first = times.firstAppend, let last = times.lastAppend else { return times.retry }
    let due = journal.count >= policy.entries ? last : min(first + policy.age, last + policy.idle)
    return max(due, times.retry ?? due)
  }

  /// Whether the open journal should be sealed now.
  public var sealDue: Bool { nextDeadline.map { $0 <= clock.monotonic() } ?? false }

  /// Whether no sealed manifest's journal is left, which a failure can leave behind.
  public var isTidy: Bool { leftovers.isEmpty }

  /// Makes the open journal a sealed manifest. All of its photos must have been moved to where their
  /// entries say, and the folders on both sides synced. Then removes the journals of sealed manifests
  /// as far as the disk lets it; what remains of them is tried again by the next call.
  /// - Returns: nil where the journal is empty. Where it throws, the journal stays open.
  public mutating func seal() throws(LedgerError) -> SealedManifest? {
    guard let sequences = journal.sequences else {
      // Said when it failed first.
      _ = removeLeftovers()
      return nil
    }
    let number = journal.number
    do throws(FileSystemError) {
      try publish(upTo: sequences.upperBound)
    } catch {
      times.retry = clock.monotonic() + policy.idle
      throw LedgerError(task: .seal, cause: error)
    }
    let sealed = SealedManifest(
      number: number, name: ManifestName.sealed(number).text, sequences: sequences,
      summary: journal.summary)
    state.sequence = sequences.upperBound
    state.manifest = number
    leftovers.append(number)
    beginNextJournal()
    if let problem = removeLeftovers() { incidents.append(problem) }
    return sealed
  }

  private mutating func publish(upTo sequence: Int) throws(FileSystemError) {
    let number = journal.number
    let document = SealedDocument.text(of: journal, stream: stream, sealedAt: clock.wall())
    try folder.writeWhole(.ready(number), document)
    var sealed = state
    sealed.sequence = sequence
    sealed.manifest = number
    try folder.writeWhole(.stream, sealed.bytes)
    if let stranger = try folder.publish(number, clock.wall()) { incidents.append(stranger) }
  }

  /// Removes sealed journals once their manifests' names are durable. What fails is tried again by
  /// the next seal, or after `policy.idle` where nothing is appended until then, and by a start.
  /// - Returns: what went wrong, for the log.
  private mutating func removeLeftovers() -> RecoveryEvent? {
    guard !leftovers.isEmpty else { return nil }
    do {
      try folder.sync()
      while let number = leftovers.last {
        try folder.remove(ManifestName.journal(number).path)
        leftovers.removeLast()
      }
      times.retry = nil
    } catch {
      times.retry = clock.monotonic() + policy.idle
      let names = leftovers.map { ManifestName.journal($0).text }.joined(separator: ", ")
      return .journalStays(name: names, problem: error.description)
    }
    // Where this fails a power loss may bring the journals back; then a start removes them.
    try? folder.sync()
    return nil
  }
}
