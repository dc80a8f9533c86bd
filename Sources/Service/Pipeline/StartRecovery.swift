import FileSystem
import Inbox
import Manifest
import SystemPackage

extension Committer {
  /// A photo during whose decoding alone the process ended this often is not decoded again.
  private static var deathsAllowed: Int { 2 }

  /// Finishes what an earlier run left in `work/`: recorded photos are moved, the others classified
  /// and committed, one at a time, so that a photo that ends the process takes no other with it.
  mutating func recover(
    _ state: StateDirectory, serving: ServingState
  ) throws(FileSystemError) {
    let recovery = try recoverWork(of: state)
    for found in recovery.setAside { monitor.log.setAside(found) }
    for failure in recovery.failures { monitor.log.cannotRecover(failure) }
    var processor = ClaimProcessor(serving: serving, patience: patience)
    for recovered in recovery.claims {
      let identity = recovered.photo.identity
      if let entry = recordedEntry(of: identity) {
        finishMove(of: recovered.photo, recordedAs: entry)
        continue
      }
      let claim = Claim(recovered: recovered, in: state)
      if recovered.attempts >= Self.deathsAllowed {
        commit([processor.reject(claim, afterDeaths: recovered.attempts)])
        continue
      }
      try state.markAttempt(identity)
      // Else nobody would end a decoding that hangs.
      place.now(.classifying, recovered.photo.source)
      guard let photo = processor.readAndFinish(claim) else { return }
      // It has come through: whatever ends the service from here on is not its doing.
      state.forgetAttempts(identity)
      commit([photo])
    }
  }

  private func recoverWork(of state: StateDirectory) throws(FileSystemError) -> Recovery {
    var sources: [ClaimIdentity: FilePath] = [:]
    for name in try state.claimsInWork() {
      guard let identity = ClaimIdentity(name), let entry = recordedEntry(of: identity) else {
        continue
      }
      sources[identity] = entry.source.path
    }
    return try state.recoverWork { sources[$0] }
  }
}

extension StateDirectory {
  /// The names in `work/`: claims, and what somebody else may have put there.
  func claimsInWork() throws(FileSystemError) -> Set<String> {
    var names: Set<String> = []
    var listing = try folder(.work).listing()
    while let entry = try listing.next() { names.insert(entry.name.string) }
    return names
  }
}
