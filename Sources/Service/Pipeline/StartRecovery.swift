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
    _ claims: [RecoveredClaim], in state: StateDirectory, serving: ServingState
  ) throws(FileSystemError) {
    // First, before another photo is given a name that an entry promises.
    for recovered in claims {
      guard let entry = recordedEntry(of: recovered.photo.identity) else { continue }
      finishMove(of: recovered.photo, recordedAs: entry)
    }
    var processor = ClaimProcessor(serving: serving, patience: patience)
    for recovered in claims {
      let identity = recovered.photo.identity
      if recordedEntry(of: identity) != nil { continue }
      let claim = Claim(recovered: recovered, in: state)
      if recovered.attempts >= Self.deathsAllowed {
        commit([processor.reject(claim, afterDeaths: recovered.attempts)])
        continue
      }
      let marked: Void? = try patience.attempt(
        "Attempts at photos cannot be marked", while: \.isPassing
      ) { () throws(FileSystemError) in try state.markAttempt(identity) }
      if marked == nil { return }
      // Else nobody would end a decoding that hangs.
      place.now(.classifying, recovered.photo.source)
      guard let photo = processor.readAndFinish(claim) else { return }
      // It has come through: whatever ends the service from here on is not its doing.
      state.forgetAttempts(identity)
      commit([photo])
    }
  }
}
