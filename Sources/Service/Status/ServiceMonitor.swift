import FileSystem
import Glibc
import Inbox
import Logging
import Manifest
import SystemPackage
import Threading

/// Counts what the service does, logs it, and tells systemd. `StatusWriter` writes it down.
final class ServiceMonitor: Sendable {
  /// What a reload brings.
  enum Reloadable: String {
    case configuration, model
  }

  /// How the service stands.
  struct State: Sendable {
    var report: StatusReport
    var distributions = Distributions()
    var categories: [String]
    var inbox: InboxQueue?
    /// Whether systemd has been told that the service is ready.
    var isReady = false
    /// Whether something has changed since it was last written down.
    var isDirty = true
  }

  let log: EventLog
  let incidents: Incidents
  let board = ProgressBoard()
  let state: Monitor<State>
  /// Whether the service has come to its end.
  let stopped = Monitor(false)
  let notifier: SystemdNotifier

  init(logger: Logger, notifier: SystemdNotifier, model: ServingModel) {
    log = EventLog(logger: logger)
    self.notifier = notifier
    let now = Timestamp.now.description
    let state = Monitor(
      State(
        report: StatusReport(
          version: Version.text, process: getpid(), startedAt: now, updatedAt: now, stream: "",
          nextSequence: 0, model: .init(model)),
        categories: model.labels))
    self.state = state
    incidents = Incidents(logger: logger) { state.update { $0.isDirty = true } }
  }

  // MARK: The service's life

  func watching(_ inbox: InboxQueue) { change { $0.inbox = inbox } }

  /// The inbox has been looked through, or has given a photo: all that a start needs is good.
  func inboxIsGood() {
    let isNews = change { state in
      defer { state.isReady = true }
      return !state.isReady
    }
    if isNews { notifier.send(.ready) }
  }

  /// Whether the service has been ready.
  var isReady: Bool { state.read { $0.isReady } }

  func stopping() { notifier.send(.stopping) }

  func ended() {
    stopped.update { $0 = true }
    change { _ in }
  }

  // MARK: Reloads

  func reloadBegins() {
    if isReady { notifier.send(.reloading) }
  }

  /// Whatever came of it: the service is as ready as it was before.
  func reloadEnds() {
    if isReady { notifier.send(.ready) }
  }

  func reloaded(_ model: ServingModel) {
    let isNew = change { state in
      defer {
        state.report.model = .init(model)
        state.categories = model.labels
        state.report.reloads.ok += 1
        state.report.reloads.modelRefusal = nil
      }
      return state.report.model.sha256 != model.sha256
    }
    log.reloaded(model, isNew: isNew)
  }

  func configurationIsGood() { change { $0.report.reloads.configurationRefusal = nil } }

  func refused(_ what: Reloadable, _ reason: String) {
    change { state in
      state.report.reloads.refused += 1
      switch what {
      case .configuration: state.report.reloads.configurationRefusal = reason
      case .model: state.report.reloads.modelRefusal = reason
      }
    }
    log.refused(what, reason)
  }

  func needsRestart() { log.needsRestart() }

  // MARK: Photos

  func progressed(stream: String, nextSequence: Int) {
    change {
      $0.report.stream = stream
      $0.report.nextSequence = nextSequence
    }
  }

  /// Counts and logs an entry that has just become durable.
  func recorded(_ entry: Entry, of photo: FinishedPhoto) {
    var times = photo.times
    times[.commit] = .now - times.decidedAt
    change { state in
      state.report.photos.count(entry)
      state.report.lastPhoto = .init(entry)
      state.distributions.add(times, confidence: entry.confidence)
    }
    log.recorded(entry, received: photo.claimed.receivedAt)
  }

  func blocked(_ path: FilePath, _ reason: FileSystemError) {
    change { _ in }
    log.blocked(path, reason)
  }

  func report(_ notice: InboxNotice) {
    change { _ in }
    if case .watching(.unavailable) = notice {
      incidents.began("inbox", notice.description)
    } else {
      if case .watching = notice { incidents.ended("inbox") }
      log.report(notice)
    }
  }

  @discardableResult
  private func change<Result>(_ body: (inout State) -> Result) -> Result {
    state.update { state in
      state.isDirty = true
      return body(&state)
    }
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

extension StatusReport.LastPhoto {
  /// The photo of an entry.
  init(_ entry: Entry) {
    self.init(
      source: entry.source.text, outcome: entry.outcome.rawValue,
      verdict: entry.category?.label ?? entry.error?.code ?? "", confidence: entry.confidence,
      at: entry.classifiedAt.description)
  }
}

extension StatusReport.ModelReference {
  /// Names the model that serves.
  init(_ model: ServingModel) {
    self.init(name: model.name, sha256: model.sha256, path: model.path.string)
  }
}
