import Inbox

/// The claim of a photo whose bytes are not durable yet, nor is its place: mostly that is left to the
/// group with which it is recorded. A class, because a photo on its way to the committer is copied.
final class UnsyncedClaim: Sendable {
  let claim: Claim

  init(_ claim: consuming Claim) { self.claim = claim }
}
