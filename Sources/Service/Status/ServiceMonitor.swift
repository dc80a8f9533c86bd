import FileSystem
import Glibc
import Inbox
import Logging
import Manifest
import SystemPackage
import Threading

/// Counts, logs and reports what the service does. A thread of its own writes the report, at most
/// once a second, and sleeps while nothing happens.
final class ServiceMonitor: Sendable {
  private struct State: Sendable {
    var report: StatusReport
    var isDirty = true
    var isStopped = false
    var inbox: InboxQueue?
  }

  let logger: Logger
  let incidents: Incidents
  private let file: StatusFile
  private let notifier: SystemdNotifier
  private let state: Monitor<State>

  init(logger: Logger, file: StatusFile, notifier: SystemdNotifier, model: ServingModel) {
    self.logger = logger
    self.file = file
    self.notifier = notifier
    let now = Timestamp.now.description
    let state = Monitor(
      State(
        report: StatusReport(
          version: Version.text, process: getpid(), startedAt: now, updatedAt: now, stream: "",
          nextSequence: 0, model: .init(model))))
    self.state = state
    incidents = Incidents(logger: logger) { state.update { $0.isDirty = true } }
  }

  /// Starts the thread that writes the report.
  func start() -> WorkerThread {
    WorkerThread(name: "status") { self.writeReports() }
  }

  /// Ends that thread after a last report.
  func stop() { state.update { $0.isStopped = true } }

  func watching(_ inbox: InboxQueue) { change { $0.inbox = inbox } }

  func serving(_ model: ServingModel) { change { $0.report.model = .init(model) } }

  func progressed(stream: String, nextSequence: Int) {
    change {
      $0.report.stream = stream
      $0.report.nextSequence = nextSequence
    }
  }

  /// Counts and logs an entry that has just become durable.
  /// - Parameter start: when the photo was claimed, in nanoseconds since 1970.
  func recorded(_ entry: Entry, since start: Int64) {
    change { $0.report.photos.count(entry) }
    let level: Logger.Level = entry.outcome == .rejected ? .notice : .info
    var keys: Logger.Metadata = [
      "photo": "\(entry.source.text)", "outcome": "\(entry.outcome.rawValue)",
      "sequence": "\(entry.sequence)",
      "milliseconds": "\((Timestamp.now.milliseconds - start / 1_000_000))",
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
    logger.log(level: level, "photo", metadata: keys)
  }

  func sealed(_ manifest: SealedManifest) {
    logger.info(
      "manifest sealed",
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

  func blocked(_ path: FilePath, _ reason: FileSystemError) {
    change { _ in }
    logger.warning(
      "A photo in the inbox cannot be read or taken and stays there: check its permissions.",
      metadata: ["photo": "\(path)", "reason": "\(reason)"])
  }

  func report(_ event: RecoveryEvent) {
    logger.log(level: event.isDamage ? .warning : .notice, "\(event)")
  }

  func report(_ notice: InboxNotice) {
    change { _ in }
    if case .watching(.events) = notice { return }
    logger.warning("\(notice)")
  }

  private func change(_ body: (inout State) -> Void) {
    state.update { state in
      body(&state)
      state.isDirty = true
    }
  }

  private func writeReports() {
    var last = false
    while !last {
      guard let (report, isLast) = nextReport() else { continue }
      last = isLast
      do {
        try file.write(report)
        incidents.ended("status")
      } catch {
        incidents.began("status", "The status cannot be written: \(error).")
      }
      notifier.send(.status(report.line))
      if !last {
        _ = state.wait(until: .now + .seconds(1)) { $0.isStopped ? () : nil }
      }
    }
  }

  private func nextReport() -> (StatusReport, isLast: Bool)? {
    let next = state.wait { state -> (StatusReport, InboxQueue?, Bool)? in
      guard state.isDirty || state.isStopped else { return nil }
      state.isDirty = false
      return (state.report, state.inbox, state.isStopped)
    }
    guard let (current, inbox, isLast) = next else { return nil }
    var report = current
    report.inbox = inbox.map { .init($0.statistics) }
    report.updatedAt = Timestamp.now.description
    report.troubles = incidents.sentences
    return (report, isLast)
  }
}

extension StatusReport.Photos {
  /// Adds one entry to the counts.
  mutating func count(_ entry: Entry) {
    switch entry.outcome {
    case .accepted: accepted += 1
    case .review: review += 1
    case .rejected: rejected += 1
    }
    if let category = entry.category { byCategory[category.label, default: 0] += 1 }
    if let error = entry.error { byError[error.code, default: 0] += 1 }
  }
}

extension StatusReport.ModelReference {
  /// Names the model that serves.
  init(_ model: ServingModel) {
    self.init(name: model.model.name, sha256: model.sha256, path: model.path.string)
  }
}

extension StatusReport {
  /// The report in one line, for `systemctl status`.
  var line: String {
    let counts =
      "\(photos.accepted) accepted, \(photos.review) for review, \(photos.rejected) rejected"
    guard let inbox else { return counts }
    let waiting = "\(inbox.waiting)\(inbox.waitingIsLowerBound ? "+" : "") waiting"
    return ([counts, waiting] + troubles).joined(separator: "; ")
  }
}
