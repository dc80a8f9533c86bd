import FileSystem
import SystemPackage
import Threading

/// The watching thread: the only one that reads events and lists folders. It brings photos to the
/// shared state and never blocks for want of room there. What it does for a walk stands in
/// `InboxWatcher+Scans.swift`.
final class InboxWatcher {
  let core: InboxCore
  var events: InboxEvents?
  /// Why there are no events at all.
  var eventsFailure: String?
  /// Whether a rescan has proved that events do not come.
  var eventsMissed = false
  /// The walk through the whole inbox, while one is under way.
  var rescan: Rescan?
  /// The walk through one folder that has just appeared, and those to walk through next.
  var folderScan: TreeScan?
  var newFolders = BoundedQueue(capacity: 1024)
  /// When the next rescan is due; nil in once mode after the first.
  var nextRescan: MonotonicTime?
  /// Before this moment no rescan begins, however much it is wanted.
  var earliestRescan: MonotonicTime
  var rescans = 0
  /// When the last rescan began, if no event has been lost since.
  var lastBegan: Moment?
  /// The inbox as the last rescan met it.
  var inbox: FileStatus?
  var watching = InboxStatistics.Watching.starting
  var reportedOverflow = false

  /// Entries looked at between two looks at the events, so that the kernel's queue does not fill.
  static let slice = 256
  /// The least pause between two rescans.
  static let leastPause = Duration.milliseconds(100)

  init(_ core: InboxCore) {
    self.core = core
    earliestRescan = core.time.monotonic()
    nextRescan = earliestRescan
    if core.settings.once { return }
    do throws(FileSystemError) {
      events = try InboxEvents(
        maximum: core.settings.maximumWatches, parent: core.state.root)
    } catch {
      // By default 128 queues a user.
      eventsFailure =
        error.errno == .tooManyOpenFiles
        ? "the kernel grants no event queue (fs.inotify.max_user_instances)"
        : "events cannot be had (\(error))"
    }
  }

  /// Runs until the queue is stopped.
  func run() {
    while true {
      core.wakeUp.clear()
      // Of every change before this moment the events are read below.
      let moment = core.time.now
      readEvents()
      guard let plan = core.shared.update({ state in self.plan(&state) }) else { return }
      if plan.startsRescan { startRescan(at: moment) }
      if isScanning, plan.room > 0 {
        scanSlice(room: plan.room)
        continue
      }
      var descriptors = [core.wakeUp.descriptor]
      if let descriptor = events?.descriptor { descriptors.append(descriptor) }
      waitUntilReadable(
        descriptors, timeout: plan.deadline.map { $0 - core.time.monotonic() })
    }
  }

  // MARK: What to do next

  private struct Plan {
    var startsRescan = false
    var room = 0
    var deadline: MonotonicTime?
  }

  var isScanning: Bool { rescan != nil || folderScan != nil || !newFolders.isEmpty }

  /// - Returns: nil when the queue has been stopped.
  private func plan(_ state: inout QueueState) -> Plan? {
    if state.isStopped { return nil }
    let now = core.time.monotonic()
    state.wakeDeferred(at: now)
    var plan = Plan(room: state.room)
    if rescan == nil {
      let due = nextRescan.map { $0 <= now } ?? false
      plan.startsRescan = due || (state.wantsRescan && earliestRescan <= now)
      if plan.startsRescan { state.wantsRescan = false }
    }
    state.isScanning = isScanning || plan.startsRescan
    state.wantsRoom = (state.isScanning && state.room == 0) || state.isFull
    var moments = [rescan == nil ? nextRescan : nil, state.nextDue(after: now)]
    if rescan == nil, state.wantsRescan { moments.append(earliestRescan) }
    plan.deadline = moments.compactMap(\.self).min()
    let goesOn = plan.startsRescan || (isScanning && plan.room > 0)
    state.statistics.turnDue = goesOn ? now : plan.deadline
    return plan
  }

  // MARK: Events

  private func readEvents() {
    do throws(FileSystemError) {
      // With a bound, so that a flood of events does not hold up the rest.
      for _ in 0..<64 {
        guard let news = try events?.read() else { return }
        take(news)
      }
    } catch {
      events = nil
      eventsFailure = "events cannot be read (\(error))"
      core.shared.update { state in state.wantsRescan = true }
    }
  }

  private func take(_ news: InboxEvents.News) {
    var isIncomplete = news.isIncomplete
    for folder in news.folders
    where !newFolders.append(.init(path: folder, isAnnounced: true)) {
      isIncomplete = true
    }
    let now = core.time.monotonic()
    let lost = core.shared.update { state in
      let before = state.statistics.overflows
      for path in news.appeared { state.appeared(path, at: now) }
      for path in news.whole { state.hint(path) }
      if isIncomplete { state.overflow() }
      if news.wantsRescan { state.wantsRescan = true }
      return state.statistics.overflows > before
    }
    if lost {
      lastBegan = nil
      if !reportedOverflow { core.report(.overflow) }
      reportedOverflow = true
    }
  }
}
