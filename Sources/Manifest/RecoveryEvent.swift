/// Something that the ledger found wrong in `manifests/` and what it did about it; for the log.
public enum RecoveryEvent: Sendable, Equatable, CustomStringConvertible {
  /// No stream was there, nor anything that tells of one: the first start.
  case streamBegun(String)
  /// `manifests/stream` was gone or damaged, and nothing proves how far the old stream went.
  case streamReplaced(String)
  /// `manifests/stream` was gone or damaged, and the other files told what it said.
  case streamRebuilt(String)
  /// `manifests/new-stream` asked for a new stream; sequences go on.
  case streamChanged(from: String, to: String)
  /// The entries of an open journal from the run before go on being collected.
  case journalContinued(name: String, entries: Int)
  /// The last group of a journal had not been written to its end when the run before was stopped.
  case tornTailCut(name: String, bytes: Int)
  /// A file made no sense, wholly or in part; it is kept under another name.
  case damaged(name: String, problem: String, setAs: String)
  /// Entries that had been acknowledged cannot be found any more.
  case entriesLost(after: Int, before: Int)
  /// A journal whose entries stand in a sealed manifest or in a newer journal was removed.
  case journalRemoved(name: String)
  /// A sealed manifest was finished that the run before had begun.
  case sealFinished(name: String)
  /// A journal's file was given up after a failed sync; its entries stand in a new file.
  case journalGivenUp(name: String, problem: String, setAs: String?)
  /// A sealed manifest's journal could not be removed yet.
  case journalStays(name: String, problem: String)

  /// Whether something was damaged or lost, so that a person should know.
  public var isDamage: Bool {
    switch self {
    case .streamReplaced, .streamRebuilt, .damaged, .entriesLost, .journalGivenUp: true
    case .streamBegun, .streamChanged, .journalContinued, .tornTailCut, .journalRemoved,
      .sealFinished, .journalStays:
      false
    }
  }

  /// A sentence for the log.
  public var description: String {
    switch self {
    case .streamBegun(let stream): "stream \(stream) begins"
    case .streamReplaced(let stream):
      "manifests/stream was lost; the new stream \(stream) begins"
    case .streamRebuilt(let stream):
      "manifests/stream was lost; stream \(stream) goes on, as the other manifests tell"
    case .streamChanged(let old, let new):
      "stream \(old) ends and stream \(new) begins, as manifests/new-stream asks"
    case .journalContinued(let name, let entries):
      "manifests/\(name) goes on with \(entries) entries"
    case .tornTailCut(let name, let bytes):
      "\(bytes) bytes of an unfinished group were cut from manifests/\(name)"
    case .damaged(let name, let problem, let setAs):
      "manifests/\(name) is damaged (\(problem)); it is kept as manifests/\(setAs)"
    case .entriesLost(let after, let before):
      "the entries between sequence \(after) and \(before) are lost"
    case .journalRemoved(let name):
      "manifests/\(name) was removed: its entries stand elsewhere"
    case .sealFinished(let name):
      "manifests/\(name) was sealed before the last stop, and is now out"
    case .journalGivenUp(let name, let problem, let setAs):
      "manifests/\(name) could not be synced (\(problem)); its entries go to a fresh file"
        + (setAs.map { ", the old file is kept as manifests/\($0)" } ?? "")
    case .journalStays(let name, let problem):
      "manifests/\(name) is sealed but cannot be removed yet (\(problem))"
    }
  }
}
