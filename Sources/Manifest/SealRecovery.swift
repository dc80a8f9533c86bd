import FileSystem

// Recovery's first half: sealed manifests.
extension LedgerRecovery {
  /// The newest sealed manifest that is there and in order.
  struct NewestSealed {
    let stream: String
    let number: Int
    let lastSequence: Int
  }

  /// How many bytes of sealed manifests are read, the newest first. An older one that was damaged
  /// later is for its reader to see: years of manifests must not delay a start.
  private static let bytesRead = 4 << 20

  /// Publishes a manifest that the run before had ready.
  mutating func finishSeal(
    _ number: Int, _ stream: inout StreamState?, _ survey: ManifestSurvey,
    in folder: borrowing ManifestFolder
  ) throws(FileSystemError) {
    let name = ManifestName.ready(number)
    guard var state = stream, number <= state.manifest else {
      // It was never sealed: its entries are still open.
      if survey.journals.contains(number) { return try folder.remove(name.path) }
      return try setAside(name.path, "nothing tells that it was sealed", in: folder)
    }
    switch try examine(name, number, in: folder) {
    case .success(let document):
      if document.lastSequence > state.sequence {
        // The seal failed once, then took in more entries, and then died.
        state.sequence = document.lastSequence
        try folder.writeWhole(.stream, state.bytes)
        stream = state
      }
    case .failure(let fault):
      guard let journal = try sealedEntries(number, state, survey, in: folder) else {
        return try setAside(name.path, fault.message, in: folder)
      }
      try keepAside(name.path, fault.message, in: folder)
      try writeReady(journal, state, in: folder)
    case nil: return
    }
    try publish(number, in: folder)
  }

  /// Reads the newest sealed manifests, and sets aside what is none. Where the journal is still
  /// there, the manifest is made again from it.
  mutating func checkSealed(
    _ stream: StreamState?, _ survey: ManifestSurvey, in folder: borrowing ManifestFolder
  ) throws(FileSystemError) -> NewestSealed? {
    var newest: NewestSealed?
    var bytesLeft = Int64(Self.bytesRead)
    let owners = try Owners(of: folder.directory)
    for number in survey.sealed.sorted(by: >) {
      let name = ManifestName.sealed(number)
      guard let status = try folder.directory.status(of: name.path) else { continue }
      guard owners.include(status) else {
        try setAside(name.path, Owners.problem, in: folder)
        continue
      }
      bytesLeft -= status.size
      if bytesLeft < 0, newest != nil { break }
      switch try examine(name, number, in: folder) {
      case .success(let document):
        let found = NewestSealed(
          stream: document.stream, number: number, lastSequence: document.lastSequence)
        newest = newest ?? found
      case .failure(let fault):
        if let stream, let journal = try sealedEntries(number, stream, survey, in: folder) {
          // Ready before the damaged one goes: its absence would say that others took it.
          try writeReady(journal, stream, in: folder)
          try setAside(name.path, fault.message, in: folder)
          try publish(number, in: folder)
        } else {
          try setAside(name.path, fault.message, in: folder)
        }
      case nil: continue
      }
    }
    return newest
  }

  private mutating func publish(
    _ number: Int, in folder: borrowing ManifestFolder
  ) throws(FileSystemError) {
    if let stranger = try folder.publish(number, now) { events.append(stranger) }
    try folder.sync()
    events.append(.sealFinished(name: ManifestName.sealed(number).text))
  }

  /// Reads and checks a sealed manifest; nil where others have just taken it away.
  private func examine(
    _ name: ManifestName, _ number: Int, in folder: borrowing ManifestFolder
  ) throws(FileSystemError) -> Result<SealedDocument, ManifestFault>? {
    let bytes: [UInt8]
    do throws(FileSystemError) {
      bytes = try folder.read(name.path)
    } catch {
      if error.isNotFound { return nil }
      guard error.isDamage else { throw error }
      return .failure(ManifestFault(rule: "unreadable", message: error.description))
    }
    do throws(ManifestFault) {
      return .success(try SealedDocument(bytes, number: number))
    } catch {
      return .failure(error)
    }
  }

  /// The entries that a sealed manifest must have held, from the journal it was made of; nil where
  /// it was not sealed, or the journal is gone.
  private func sealedEntries(
    _ number: Int, _ state: StreamState, _ survey: ManifestSurvey,
    in folder: borrowing ManifestFolder
  ) throws(FileSystemError) -> OpenJournal? {
    guard number <= state.manifest, survey.journals.contains(number),
      let bytes = try folder.readable(ManifestName.journal(number).path)
    else { return nil }
    var journal = OpenJournal(number: number)
    for line in JournalSalvage(bytes, after: nil, claimsInWork: []).kept
    where line.entry.sequence <= state.sequence {
      journal.add(line.entry, line: line.bytes)
    }
    return journal.isEmpty ? nil : journal
  }

  private func writeReady(
    _ journal: OpenJournal, _ state: StreamState, in folder: borrowing ManifestFolder
  ) throws(FileSystemError) {
    let text = SealedDocument.text(of: journal, stream: state.stream, sealedAt: now)
    try folder.writeWhole(.ready(journal.number), text)
  }
}
