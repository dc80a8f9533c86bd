import FileSystem
import SystemPackage

/// Reads what the run before has left in `manifests/` and makes it whole. Whatever it finds, it comes
/// to an end: damage is set aside under a name that says so. A death in the middle changes nothing,
/// because each step leaves a state that this reads to the same end.
struct LedgerRecovery {
  /// Where the ledger goes on.
  struct Position {
    let state: StreamState
    let journal: OpenJournal
  }

  /// What was found and done, in order.
  var events: [RecoveryEvent] = []
  let claimsInWork: Set<String>
  let now: Timestamp

  init(claimsInWork: Set<String>, now: Timestamp) {
    self.claimsInWork = claimsInWork
    self.now = now
  }

  mutating func run(in folder: borrowing ManifestFolder) throws(FileSystemError) -> Position {
    let survey = try ManifestSurvey(folder.directory)
    for name in survey.halfWritten { try folder.remove(name) }
    for (name, problem) in survey.foreign { try setAside(name, problem, in: folder) }
    let recorded = survey.hasStream ? try readStream(in: folder) : nil
    var stream = recorded
    for number in survey.ready.sorted() {
      try finishSeal(number, &stream, survey, in: folder)
    }
    let newest = try checkSealed(stream, survey, in: folder)
    if let newest, var known = stream, newest.stream == known.stream {
      known.sequence = max(known.sequence, newest.lastSequence)
      stream = known
    }
    let journals = try readJournals(stream, survey, in: folder)
    var state = stream ?? rebuiltStream(newest, journals, survey)
    let journal = try merge(journals, state, survey, in: folder)
    state.manifest = journal.number - 1
    if survey.asksForNewStream {
      let old = state.stream
      state.stream = StreamState.newName()
      events.append(.streamChanged(from: old, to: state.stream))
    }
    try settle(journal, state, recorded: recorded, survey, in: folder)
    if survey.asksForNewStream {
      // Last: a death before it only makes the next start choose yet another name.
      try folder.remove(ManifestName.newStream.path)
      try folder.sync()
    }
    return Position(state: state, journal: journal)
  }

  /// The stream file's content; nil where it makes no sense.
  private mutating func readStream(
    in folder: borrowing ManifestFolder
  ) throws(FileSystemError) -> StreamState? {
    let name = ManifestName.stream.path
    guard let bytes = try read(name, in: folder) else { return nil }
    if let state = StreamState(bytes) { return state }
    try keepAside(name, "it does not say which stream this is", in: folder)
    return nil
  }

  /// What the lost stream file must have said, where the other files prove it; otherwise a new stream.
  ///
  /// The newest sealed manifest that is there tells the stream only together with the journal that
  /// follows it or that it was made of: without one, newer manifests may have been taken away, and
  /// to go on behind this one would use their sequences again.
  private mutating func rebuiltStream(
    _ newest: NewestSealed?, _ journals: [Journal], _ survey: ManifestSurvey
  ) -> StreamState {
    let sequences = journals.flatMap { $0.lines.map(\.entry.sequence) }
    if let newest,
      survey.journals.contains(newest.number) || sequences.contains(newest.lastSequence + 1)
    {
      events.append(.streamRebuilt(newest.stream))
      return StreamState(
        stream: newest.stream, sequence: newest.lastSequence, manifest: newest.number)
    }
    let fresh = StreamState.fresh(
      sequence: (sequences.min() ?? 1) - 1, manifest: survey.sealed.max() ?? 0)
    let isFirstStart = survey.highestNumber == 0 && events.isEmpty
    events.append(isFirstStart ? .streamBegun(fresh.stream) : .streamReplaced(fresh.stream))
    return fresh
  }

  /// Makes what was found durable, and only then removes the journals it came from.
  private mutating func settle(
    _ journal: OpenJournal, _ state: StreamState, recorded: StreamState?,
    _ survey: ManifestSurvey, in folder: borrowing ManifestFolder
  ) throws(FileSystemError) {
    if !journal.isEmpty {
      // Always a fresh file, even where nothing was wrong: nobody knows whether the run before
      // synced the old one, or failed to, and a later sync of it would prove nothing.
      let name = ManifestName.journal(journal.number)
      try folder.writeWhole(name, journal.lines)
      events.append(.journalContinued(name: name.text, entries: journal.count))
    }
    if state != recorded { try folder.writeWhole(.stream, state.bytes) }
    let old = survey.journals.filter { $0 != journal.number || journal.isEmpty }
    guard !old.isEmpty else { return }
    try folder.sync()
    for number in old.sorted() {
      let name = ManifestName.journal(number)
      try folder.remove(name.path)
      events.append(.journalRemoved(name: name.text))
    }
    try folder.sync()
  }
}

// What the steps share.
extension LedgerRecovery {
  /// Reads a file; nil where it is gone, or the disk cannot read it: then it is kept aside. Its own
  /// name goes on being there until the recovery has come to its end, so that where it does not, the
  /// next start may yet be able to read it.
  mutating func read(
    _ name: FilePath, in folder: borrowing ManifestFolder
  ) throws(FileSystemError) -> [UInt8]? {
    do throws(FileSystemError) {
      return try folder.read(name)
    } catch {
      if error.isNotFound { return nil }
      guard error.isDamage else { throw error }
      try keepAside(name, error.description, in: folder)
      return nil
    }
  }

  /// Gives a damaged file another name.
  mutating func setAside(
    _ name: FilePath, _ problem: String, in folder: borrowing ManifestFolder
  ) throws(FileSystemError) {
    let aside = try folder.setAside(name, "damaged", now)
    events.append(.damaged(name: name.string, problem: problem, setAs: aside.string))
  }

  /// Gives a damaged file a second name, because its own is about to be used again.
  mutating func keepAside(
    _ name: FilePath, _ problem: String, in folder: borrowing ManifestFolder
  ) throws(FileSystemError) {
    let aside = try folder.keepAside(name, "damaged", now)
    events.append(.damaged(name: name.string, problem: problem, setAs: aside.string))
  }
}

extension FileSystemError {
  /// Whether the file is at fault, so that to try again would not help.
  var isDamage: Bool {
    let uncleanStructure = Errno(rawValue: 117)  // EUCLEAN, which XFS and ext4 give for damage
    return [.ioError, .badMessage, .fileTooLarge, uncleanStructure].contains(errno)
  }
}
