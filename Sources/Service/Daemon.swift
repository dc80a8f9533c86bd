import FileSystem
import Glibc
import Inbox
public import Logging
import Manifest
public import NeuralNetwork
import Synchronization
import SystemPackage
public import Threading

/// The daemon: takes photos out of the inbox, classifies them, records and sorts them.
///
/// Concurrency lives only here: the inbox's thread watches, the workers' threads read and classify,
/// one thread commits, one writes the status, and the main thread attends to signals and to a changed
/// model. What happens to one photo is synchronous code.
///
/// Blocking threads, and no Swift concurrency: with ServiceLifecycle a thread of libdispatch woke up
/// once a second for as long as the process lived.
public final class Daemon: Sendable {
  /// How a run ended.
  public enum Ending: Sendable, Equatable {
    /// Everything that was begun is finished.
    case finished
    /// Photos had to be left: in the inbox in once mode, or in `work/` because the disk refused.
    case leftPhotos
    /// The service could not begin: a whole sentence, and the exit code of sysexits.h.
    case failed(String, code: Int32)
  }

  private let configuration: Configuration
  private let once: Bool
  private let opened: OpenedState
  private let serving: ServingState
  private let monitor: ServiceMonitor
  private let commits: CommitQueue
  private let sharedSync: SharedSync
  private let claimer: Claimer
  private let crew: WorkerCrew
  private let inbox = Mutex<InboxQueue?>(nil)
  private let isStopping = Atomic(false)
  /// Rung when the committing thread has ended.
  private let over: WakeUp
  private let ending = Mutex<Ending?>(nil)

  private let resolver: ConfigurationResolver
  private let instructionSet: InstructionSet
  private let environment: [String: String]

  private var state: StateDirectory { opened.directory }

  /// Opens everything that can be refused: the state directory, the ledger and the model.
  /// - Parameters:
  ///   - configuration: what `resolver` gives now.
  ///   - resolver: gives the configuration at a reload.
  ///   - once: whether to end when the inbox is empty.
  ///   - instructionSet: what the kernels may use.
  ///   - trace: takes the times of each photo's stages.
  public init(
    _ configuration: Configuration, resolver: ConfigurationResolver, once: Bool,
    environment: [String: String], instructionSet: InstructionSet, logger: Logger,
    trace: Trace? = nil
  ) throws {
    // A mistyped path is the likeliest mistake, and leaves no folders behind.
    try ModelFile.checkOpens(configuration.modelPath)
    // The rehearsal takes hundreds of kilobytes of stack, which this thread would keep from now on.
    let (rehearsed, opened) = alongside(
      {
        Result {
          try ServingModel.rehearsed(configuration.modelPath, instructionSet: instructionSet)
        }
      }, on: "model"
    ) {
      Result { try OpenedState(configuration, log: EventLog(logger: logger)) }
    }
    let model = try rehearsed.get()
    self.opened = try opened.get()
    monitor = ServiceMonitor(
      logger: logger, notifier: SystemdNotifier(environment: environment), model: model)
    serving = ServingState(try Serving(model: model, configuration: configuration), trace: trace)
    crew = WorkerCrew(
      workers: configuration.workers, processors: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    commits = CommitQueue(
      capacity: 2 * Committer.largestGroup, workers: crew.size.lowerBound)
    sharedSync = SharedSync(self.opened.directory)
    claimer = Claimer(self.opened.directory)
    over = try WakeUp()
    self.configuration = configuration
    self.once = once
    self.resolver = resolver
    self.instructionSet = instructionSet
    self.environment = environment
  }

  /// Serves until SIGTERM or SIGINT comes or, in once mode, until the inbox is empty. By then
  /// everything claimed is recorded, moved and sealed. SIGHUP reads configuration and model again.
  /// - Parameter signals: SIGTERM, SIGINT and SIGHUP, taken over before any thread was started.
  public func run(attending signals: consuming SignalQueue) -> Ending {
    // First, because a start waits for it.
    let committing = WorkerThread(name: "commit") {
      self.serve()
      self.over.ring()
    }
    let status = WorkerThread(name: "status") {
      var writer = self.statusWriter()
      writer.run()
    }
    attend(signals)
    committing.join()
    monitor.ended()
    status.join()
    return ending.withLock { $0 } ?? .finished
  }

  private func statusWriter() -> StatusWriter {
    let watchdog = Watchdog(environment: environment, process: getpid())
    return StatusWriter(
      monitor: monitor, commits: commits,
      folder: RuntimeFolder(
        environment: environment, stateDirectory: configuration.stateDirectory),
      stateDirectory: configuration.stateDirectory.string, watchdog: watchdog,
      serving: serving, stalls: StallDetector(watchdog: watchdog?.patience))
  }

  /// What the main thread does while the others work.
  private func attend(_ signals: borrowing SignalQueue) {
    var reloader = Reloader(
      resolver: resolver, instructionSet: instructionSet, configuration: configuration,
      serving: serving, monitor: monitor)
    while ending.withLock({ $0 == nil }) {
      let descriptors = [signals.descriptor, over.descriptor, reloader.watch.descriptor]
      waitUntilReadable(
        descriptors.compactMap(\.self), timeout: reloader.watch.patience(at: .now))
      while let signal = signals.next() {
        if signal == SIGHUP { reloader.reload() } else { stop() }
      }
      reloader.reloadChangedModel()
    }
    if case .failed? = ending.withLock({ $0 }) { stop() }
  }

  private func stop() {
    guard !isStopping.exchange(true, ordering: .sequentiallyConsistent) else { return }
    monitor.stopping()
    commits.stop()
    inbox.withLock { $0 }?.stop()
  }

  /// The whole life of the committing thread.
  private func serve() {
    do {
      var committer = try openCommitter()
      let queue = try openInbox()
      monitor.log.serving(
        serving.current.model, inbox: state.path.appending(Folder.inbox.rawValue))
      startWorkers(on: queue)
      committer.run()
      serving.trace?.flush()
      queue.stop()
      let isDone = !committer.hasLeftPhotos && (!once || hasTakenAll(queue))
      finish(isDone ? .finished : .leftPhotos)
    } catch {
      finish(.failed(Sysexits.sentence(for: error), code: Sysexits.code(for: error)))
    }
  }

  /// Whether no photo is left in the inbox or in `work/`, as far as can be told.
  private func hasTakenAll(_ queue: InboxQueue) -> Bool {
    let inbox = queue.statistics
    if case .unavailable = inbox.watching { return false }
    if inbox.waitingIsLowerBound { return false }
    return inbox.blocked + inbox.waiting == 0 && (try? state.claimsInWork().isEmpty) == true
  }

  /// What was said first holds.
  private func finish(_ how: Ending) { ending.withLock { $0 = $0 ?? how } }

  /// Finishes what an earlier run left in `work/`, one photo at a time, so that a photo that ends the
  /// process takes no other with it.
  private func openCommitter() throws -> Committer {
    let ledger = opened.takeLedger()
    monitor.progressed(stream: ledger.stream, nextSequence: ledger.nextSequence)
    var committer = Committer(
      ledger: ledger, placement: Placement(state), commits: commits, sharedSync: sharedSync,
      monitor: monitor, trace: serving.trace)
    try committer.recover(opened.recovery.claims, in: state, serving: serving)
    return committer
  }

  private func openInbox() throws -> InboxQueue {
    var settings = InboxSettings()
    settings.settle = configuration.settle
    settings.incompleteAfter = configuration.incompleteAfter
    settings.rescanInterval = configuration.rescan
    settings.maximumWatches = configuration.maximumWatches
    settings.once = once
    let queue = try InboxQueue(state, settings: settings) { notice in self.heard(notice) }
    inbox.withLock { $0 = queue }
    monitor.watching(queue)
    // A stop that came before the queue was there has not reached it.
    if isStopping.load(ordering: .sequentiallyConsistent) { queue.stop() }
    return queue
  }

  /// The first word of the inbox's thread tells that it has looked through the inbox.
  private func heard(_ notice: InboxNotice) {
    monitor.report(notice)
    guard case .watching(let how) = notice, how != .starting else { return }
    guard case .unavailable(let reason) = how else { return monitor.inboxIsGood() }
    guard !monitor.isReady else { return }
    finish(.failed("The inbox cannot be used: \(reason)", code: Sysexits.inputOutput))
    // The main thread stops the others: this is the inbox's, which cannot wait for its own end.
    over.ring()
  }

  private func startWorkers(on queue: InboxQueue) {
    for number in 1...crew.size.lowerBound { startWorker(number, on: queue) }
    // In once mode the inbox's thread has no word to say.
    if once { monitor.inboxIsGood() }
  }

  private func startWorker(_ number: Int, on queue: InboxQueue) {
    let name = "worker \(number)"
    let place = monitor.board.join(name, takesPhotos: true)
    _ = WorkerThread(name: name) {
      var worker = Worker(
        inbox: queue, claimer: self.claimer, commits: self.commits,
        sharedSync: self.sharedSync, serving: self.serving, monitor: self.monitor, place: place,
        callForHelp: { self.reinforce(on: queue) })
      // A start need not wait for it, and the other workers take photos meanwhile.
      if number == self.crew.size.lowerBound {
        self.serving.current.model.classifier.gatherWeights()
      }
      worker.run()
    }
  }

  private func reinforce(on queue: InboxQueue) {
    guard let number = crew.recruit() else { return }
    commits.workerJoined()
    startWorker(number, on: queue)
  }
}
