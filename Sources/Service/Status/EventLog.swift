import FileSystem
import Inbox
import Logging
import Manifest
import SystemPackage

/// What is worth a line in the log, one line an event. Quiet while all is well: a photo that could be
/// read is `info`, which is not shown unless it is asked for.
struct EventLog: Sendable {
  /// A path may have 3,500 bytes.
  private static let longestPath = 300

  let logger: Logger
  /// For what is blocked in the inbox.
  private let budget = LineBudget()

  init(logger: Logger) { self.logger = logger }

  /// An entry has become durable.
  /// - Parameter received: when the photo was claimed, in nanoseconds since 1970.
  func recorded(_ entry: Entry, received: Int64) {
    let level: Logger.Level = entry.outcome == .rejected ? .notice : .info
    // Mostly nobody wants to see it, and every photo comes by here.
    guard logger.logLevel <= level else { return }
    let milliseconds = Timestamp.now.milliseconds - Timestamp(nanoseconds: received).milliseconds
    var keys: Logger.Metadata = [
      "photo": "\(entry.source.text)", "outcome": "\(entry.outcome.rawValue)",
      "sequence": "\(entry.sequence)", "milliseconds": "\(milliseconds)",
    ]
    if let category = entry.category, let confidence = entry.confidence {
      keys["category"] = "\(category.slug)"
      keys["confidence"] = "\(confidence)"
    }
    if !entry.reasons.isEmpty { keys["reasons"] = "\(entry.reasons.joined(separator: ","))" }
    if let error = entry.error {
      keys["code"] = "\(error.code)"
      keys["error"] = "\(error.message)"
    }
    logger.log(level: level, "A photo was recorded.", metadata: keys)
  }

  func sealed(_ manifest: SealedManifest) {
    logger.info(
      "A manifest was sealed.",
      metadata: [
        "manifest": "\(manifest.name)",
        "sequences": "\(manifest.sequences.lowerBound)-\(manifest.sequences.upperBound)",
      ])
  }

  /// A recorded photo was gone from `work/` before it was moved: somebody took it.
  func vanished(_ entry: Entry) {
    logger.warning(
      "A photo was removed from work/ by somebody else.",
      metadata: ["photo": "\(entry.source.text)", "sequence": "\(entry.sequence)"])
  }

  /// Something lay in `work/` that Hangtag had not put there.
  func setAside(_ found: Recovery.SetAside) {
    logger.warning(
      "Something foreign lay in work/ and was set aside.",
      metadata: ["from": "\(found.from)", "to": "\(found.to)"])
  }

  func cannotRecover(_ error: FileSystemError) {
    logger.warning("Something in work/ cannot be taken up and stays there: \(error)")
  }

  /// Called once for each photo, however often it is looked at.
  func blocked(_ path: FilePath, _ reason: FileSystemError) {
    warnOfBlocked(
      "A photo in the inbox cannot be read or taken and stays there: check its permissions.",
      ["photo": "\(Self.shortened(path))", "reason": "\(reason.errno) (\(reason.call))"])
  }

  private func warnOfBlocked(_ sentence: String, _ metadata: Logger.Metadata) {
    guard let withheld = budget.take() else { return }
    if withheld > 0 {
      logger.warning("\(withheld) lines of what is blocked in the inbox were left out.")
    }
    logger.warning("\(sentence)", metadata: metadata.merging(["outcome": "blocked"]) { $1 })
  }

  private static func shortened(_ path: FilePath) -> String {
    let text = path.string
    return text.count > longestPath ? "..." + text.suffix(longestPath) : text
  }

  func report(_ event: RecoveryEvent) {
    logger.log(level: event.isDamage ? .warning : .notice, "\(event)")
  }

  func report(_ notice: InboxNotice) {
    switch notice {
    case .watching(.events): break
    case .blocked(let error):
      warnOfBlocked(
        notice.description,
        ["folder": "\(Self.shortened(error.path))", "reason": "\(error.errno) (\(error.call))"])
    case .tooDeep(let path):
      warnOfBlocked(notice.description, ["path": "\(Self.shortened(path))"])
    case .watching, .overflow, .inboxRecreated, .inboxReplaced: logger.warning("\(notice)")
    }
  }

  func serving(_ model: ServingModel, inbox: FilePath) {
    logger.notice("Serving.", metadata: keys(model).merging(["inbox": "\(inbox)"]) { $1 })
  }

  func reloaded(_ model: ServingModel, isNew: Bool) {
    let sentence = isNew ? "A new model serves from now on." : "Reloaded, with the same model."
    logger.notice("\(sentence)", metadata: keys(model))
  }

  func refused(_ what: ServiceMonitor.Reloadable, _ reason: String) {
    logger.error("The new \(what.rawValue) is refused and the old one stays in force: \(reason)")
  }

  func needsRestart() {
    logger.warning(
      """
      Some changed settings take effect only at the next start: all but model, target_precision, \
      threshold and the limits of a photo.
      """)
  }

  private func keys(_ model: ServingModel) -> Logger.Metadata {
    ["model": "\(model.name)", "sha256": "\(model.sha256)"]
  }
}
