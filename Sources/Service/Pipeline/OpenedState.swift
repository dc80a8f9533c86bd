import FileSystem
import Inbox
import Manifest
import Synchronization
import SystemPackage

/// All of a start that needs no model, so that it goes on beside the reading of one: the state
/// directory, its ledger, and what an earlier run left in `work/`.
final class OpenedState: Sendable {
  let directory: StateDirectory
  /// What was found in `work/`; its claims are still to be finished.
  let recovery: Recovery
  private let ledger: Mutex<Ledger?>

  /// Opens everything, and logs what had to be mended.
  init(_ configuration: Configuration, log: EventLog) throws {
    directory = try StateDirectory(owning: configuration.stateDirectory)
    let ledger = try Ledger(
      opening: directory.folder(.manifests), claimsInWork: directory.claimsInWork(),
      policy: configuration.seal)
    for event in ledger.recovered { log.report(event) }
    recovery = try directory.recoverWork(
      isSealed: ledger.openEntries == 0 && ledger.isTidy && ledger.recovered.isEmpty
    ) { identity in
      ledger.openEntry(claim: identity.description)?.source.path
    }
    for found in recovery.setAside { log.setAside(found) }
    for failure in recovery.failures { log.cannotRecover(failure) }
    self.ledger = Mutex(consume ledger)
  }

  /// The ledger, which belongs to whoever takes it: once.
  func takeLedger() -> Ledger {
    guard let ledger = ledger.withLock({ $0.take() }) else {
      preconditionFailure("the ledger has been taken")
    }
    return ledger
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
