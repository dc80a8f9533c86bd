import Inbox
import Manifest
import Threading

/// Writes down how the service stands, and keeps systemd's watchdog fed while it makes progress. On a
/// thread of its own: after a change, at most once a second, and else seldom.
struct StatusWriter: ~Copyable {
  private static let leastPause: Duration = .seconds(1)
  /// While photos wait their age grows; when nothing happens, readers see that the daemon lives.
  private static let refreshWaiting: Duration = .seconds(5)
  private static let refreshIdle: Duration = .seconds(30)

  private let monitor: ServiceMonitor
  private let commits: CommitQueue
  private let folder: RuntimeFolder
  private let stateDirectory: String
  private let startedAt: Double
  private let watchdog: Watchdog?
  private let serving: ServingState
  private var stalls: StallDetector
  private var line = WaitingLine()
  private var nextRefresh: MonotonicTime = .now
  private var earliestWrite: MonotonicTime = .now
  private var nextFeed: MonotonicTime?

  init(
    monitor: ServiceMonitor, commits: CommitQueue, folder: RuntimeFolder, stateDirectory: String,
    watchdog: Watchdog?, serving: ServingState, stalls: StallDetector
  ) {
    self.monitor = monitor
    self.commits = commits
    self.folder = folder
    self.stateDirectory = stateDirectory
    self.watchdog = watchdog
    self.serving = serving
    self.stalls = stalls
    startedAt = Double(Timestamp.now.milliseconds) / 1000
    if watchdog != nil { nextFeed = .now }
  }

  /// Writes until the service has stopped, and then once more.
  mutating func run() {
    while !pause() {
      feed()
      if isDue { write() }
    }
    write()
  }

  private var isDue: Bool {
    let now = MonotonicTime.now
    return now >= nextRefresh || (now >= earliestWrite && monitor.state.read { $0.isDirty })
  }

  /// Sleeps until there is something to do.
  /// - Returns: whether the service has stopped.
  private func pause() -> Bool {
    let wake = min(nextRefresh, nextFeed ?? nextRefresh)
    // A wait of its own: each photo would end the one for changes.
    _ = monitor.stopped.wait(until: min(wake, earliestWrite)) { $0 ? () : nil }
    _ = monitor.state.wait(until: wake) { $0.isDirty ? () : nil }
    return monitor.stopped.read { $0 }
  }

  /// Tells systemd that all is well, where it is.
  private mutating func feed() {
    let now = MonotonicTime.now
    let inbox = monitor.state.read { $0.inbox }
    let stall = stalls.stall(
      monitor.board.snapshot, inbox?.statistics, uncommitted: commits.count,
      decodeLimit: serving.current.limits.timeLimit, at: now)
    if let stall {
      if monitor.incidents.began("stall", stall) { nextRefresh = now }
    } else {
      monitor.incidents.ended("stall")
    }
    guard let watchdog, let due = nextFeed, now >= due else { return }
    nextFeed = now + watchdog.interval
    if stall == nil { monitor.notifier.send(.watchdog) }
  }

  private mutating func write() {
    let (report, distributions, categories) = collect()
    do {
      try folder.write(StatusFile.name, StatusFile.bytes(of: report))
      let text = MetricsFile.text(
        of: report, distributions, categories: categories, stateDirectory: stateDirectory,
        startedAt: startedAt)
      try folder.write(MetricsFile.name, Array(text.utf8))
      monitor.incidents.ended("status")
    } catch {
      monitor.incidents.began("status", "Status and metrics cannot be written: \(error).")
    }
    monitor.notifier.send(.status(report.line))
    let isWaiting = report.inbox.map { $0.waiting + $0.inFlight > 0 } ?? false
    nextRefresh = .now + (isWaiting ? Self.refreshWaiting : Self.refreshIdle)
    earliestWrite = .now + Self.leastPause
  }

  private mutating func collect() -> (StatusReport, Distributions, categories: [String]) {
    let state = monitor.state.update { state in
      state.isDirty = false
      return state
    }
    var report = state.report
    if let inbox = state.inbox {
      let statistics = inbox.statistics
      line.look(at: inbox, statistics)
      report.inbox = .init(statistics, line: line)
    }
    report.updatedAt = Timestamp.now.description
    report.troubles = monitor.incidents.sentences
    return (report, state.distributions, state.categories)
  }
}
