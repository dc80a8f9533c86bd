public import FileSystem
import SystemPackage
import Threading

/// The stream of entries of one state directory: appends to the open journal and seals it. One owner
/// only, the committer.
///
/// An entry counts from the moment at which `append` returns it: its line is on the disk. Killed or
/// powered off at any instruction, no entry that counts is lost or repeated, and no sequence or
/// manifest number is used twice.
public struct Ledger: ~Copyable, Sendable {
  /// What was found and mended when the ledger was opened.
  public let recovered: [RecoveryEvent]

  let folder: ManifestFolder
  let policy: SealPolicy
  let clock: LedgerClock
  var state: StreamState
  var journal: OpenJournal
  var incidents: [RecoveryEvent] = []
  /// Sealed journals that are still to be removed.
  var leftovers: [Int] = []
  var times = Times()
  // Nil while the next append must write the journal into a fresh file: before its first entry, and
  // after the file could not be trusted any more.
  private var file: JournalFile?
  // Whether the journal's name in the folder is this ledger's.
  private var ownsName: Bool

  /// When the open journal should be sealed.
  struct Times {
    var firstAppend: MonotonicTime?
    var lastAppend: MonotonicTime?
    /// Not before this moment, because the last try failed.
    var retry: MonotonicTime?
  }

  /// Opens the ledger: reads what is in `manifests/`, sets aside what is damaged, and goes on where
  /// the run before stopped. Damage never makes it fail; a full or unreadable disk does.
  /// - Parameters:
  ///   - manifests: the folder `manifests/`.
  ///   - claimsInWork: the claims whose photos are in `work/`. A photo leaves `work/` only after its
  ///     entry counts, which tells an unfinished group from damage to entries that counted.
  public init(
    opening manifests: consuming Directory, claimsInWork: Set<String>,
    policy: SealPolicy = SealPolicy(), clock: LedgerClock = .system
  ) throws(LedgerError) {
    try self.init(
      ManifestFolder(manifests), claimsInWork: claimsInWork, policy: policy, clock: clock)
  }

  init(
    _ folder: consuming ManifestFolder, claimsInWork: Set<String>, policy: SealPolicy,
    clock: LedgerClock
  ) throws(LedgerError) {
    var recovery = LedgerRecovery(claimsInWork: claimsInWork, now: clock.wall())
    let found = try during(.open) { () throws(FileSystemError) in try recovery.run(in: folder) }
    recovered = recovery.events
    state = found.state
    journal = found.journal
    ownsName = !found.journal.isEmpty
    self.folder = folder
    self.policy = policy
    self.clock = clock
    if !journal.isEmpty {
      file = try? self.folder.openJournal(journal.number)
      times = Times(firstAppend: clock.monotonic(), lastAppend: clock.monotonic())
    }
  }

  /// The stream's UUID.
  public var stream: String { state.stream }
  /// The sequence that the next entry gets.
  public var nextSequence: Int { (journal.sequences?.upperBound ?? state.sequence) + 1 }
  /// The number that the open journal has and will be sealed under.
  public var manifest: Int { journal.number }
  /// How many entries are in the open journal.
  public var openEntries: Int { journal.count }
  /// How many entries fit into the open journal before it should be sealed; not less than one.
  public var room: Int { max(1, policy.entries - journal.count) }

  /// The entry of a claim in the open journal, the latest where there are several. Claims in `work/`
  /// have their entries there or nowhere, because a journal is sealed only when its photos are moved.
  public func openEntry(claim: String) -> Entry? { journal.entry(claim: claim) }

  /// What went wrong since the last call and was mended; for the log.
  public mutating func takeIncidents() -> [RecoveryEvent] {
    defer { incidents = [] }
    return incidents
  }

  /// Gives the drafts their sequences and makes them durable with one write and one sync.
  /// - Returns: the entries, which count from now on. Where it throws, none of them counts, and the
  ///   same sequences are given to the next.
  public mutating func append(_ drafts: [EntryDraft]) throws(LedgerError) -> [Entry] {
    guard !drafts.isEmpty else { return [] }
    let first = nextSequence
    let entries = drafts.enumerated().map { Entry($1, sequence: first + $0) }
    let lines = entries.map(\.journalLine)
    try makeDurable(Array(lines.joined()))
    for (entry, line) in zip(entries, lines) { journal.add(entry, line: line) }
    let now = clock.monotonic()
    times.firstAppend = times.firstAppend ?? now
    times.lastAppend = now
    return entries
  }

  private mutating func makeDurable(_ lines: [UInt8]) throws(LedgerError) {
    switch file?.append(lines) {
    case .durable: return
    case .refused(let error): throw LedgerError(task: .append, cause: error)
    case .lost(let error): giveUpFile(after: error)
    case nil: break
    }
    try during(.append) { () throws(FileSystemError) in try startFile(adding: lines) }
  }

  /// Writes the journal into a fresh file, with `lines` behind what it holds.
  private mutating func startFile(adding lines: [UInt8]) throws(FileSystemError) {
    let name = ManifestName.journal(journal.number)
    if !ownsName {
      if let stranger = try folder.clear(name, clock.wall()) { incidents.append(stranger) }
      ownsName = true
    }
    try folder.writeWhole(name, journal.lines + lines)
    // Where there is no descriptor to be had, the next append writes another fresh file.
    file = try? folder.openJournal(journal.number)
  }

  private mutating func giveUpFile(after error: FileSystemError) {
    let name = ManifestName.journal(journal.number)
    file = nil
    // Only for a person to look at: the entries that count are in memory, and go to a fresh file.
    let aside = try? folder.keepAside(name.path, "failed", clock.wall())
    incidents.append(
      .journalGivenUp(name: name.text, problem: error.description, setAs: aside?.string))
  }

  /// Leaves the sealed journal behind and begins the next.
  mutating func beginNextJournal() {
    file = nil
    ownsName = false
    journal = OpenJournal(number: journal.number + 1)
    times = Times()
  }
}
