import FileSystem

/// Waits out troubles that are the machine's and not a photo's: each attempt after a longer rest, the
/// trouble logged once, until it works or the service is to stop.
struct Patience: Sendable {
  private let commits: CommitQueue
  private let incidents: Incidents
  private let place: ProgressBoard.Place

  /// - Parameter place: of the thread that waits: who waits for the disk does not hang.
  init(commits: CommitQueue, incidents: Incidents, place: ProgressBoard.Place) {
    self.commits = commits
    self.incidents = incidents
    self.place = place
  }

  /// - Parameters:
  ///   - trouble: what a failure means, for the log.
  ///   - canPass: which failures are waited out; the others are thrown.
  /// - Returns: nil where the service is to stop before it worked.
  func attempt<Value>(
    _ trouble: String, while canPass: (FileSystemError) -> Bool,
    _ body: () throws(FileSystemError) -> Value
  ) throws(FileSystemError) -> Value? {
    var backOff = BackOff()
    while true {
      do throws(FileSystemError) {
        let value = try body()
        incidents.ended(trouble)
        return value
      } catch {
        guard canPass(error) else { throw error }
        incidents.began(trouble, "\(trouble): \(error).")
        backOff.failed()
        if place.waiting({ commits.rest(for: backOff.pause) }) {
          commits.leave()
          return nil
        }
      }
    }
  }
}
