import FileSystem
import Glibc
import Inbox
public import Logging
import Manifest
public import NeuralNetwork
public import ServiceLifecycle
import Synchronization
import SystemPackage
import Threading

/// The daemon: takes photos out of the inbox, classifies them, records and sorts them.
///
/// Concurrency lives only here: the inbox's thread watches, the workers' threads read and classify,
/// and one thread commits. What happens to one photo is synchronous code.
public final class Daemon: ServiceLifecycle.Service {
  /// How a run ended.
  public enum Ending: Sendable, Equatable {
    /// Everything that was begun is finished.
    case finished
    /// Photos had to be left: in the inbox in once mode, or in `work/` because the disk refused.
    case leftPhotos
    /// The ledger or `work/` could not be opened; a whole sentence.
    case failed(String)
  }

  private let configuration: Configuration
  private let once: Bool
  private let state: StateDirectory
  private let serving: ServingState
  private let monitor: ServiceMonitor
  private let notifier: SystemdNotifier
  private let commits: CommitQueue
  private let workerCount: Int
  private let reload: @Sendable () throws -> (Configuration, ServingModel)
  private let inbox = Mutex<InboxQueue?>(nil)
  private let isStopping = Atomic(false)
  private let ending = Mutex<Ending>(.finished)

  /// Opens everything that can be refused: the state directory and the model.
  /// - Parameters:
  ///   - resolver: gives the configuration, now and at a reload.
  ///   - once: whether to end when the inbox is empty.
  ///   - instructionSet: what the kernels may use.
  ///   - trace: takes the times of each photo's stages.
  public init(
    resolver: ConfigurationResolver, once: Bool, environment: [String: String],
    instructionSet: InstructionSet, logger: Logger, trace: Trace? = nil
  ) throws {
    let load: @Sendable () throws -> (Configuration, ServingModel) = {
      let configuration = try resolver.resolve()
      let path = configuration.model ?? InstalledModel.path()
      return (configuration, try ServingModel(loading: path, instructionSet: instructionSet))
    }
    let (configuration, model) = try load()
    state = try StateDirectory(owning: configuration.stateDirectory)
    notifier = SystemdNotifier(environment: environment)
    let statusFile = StatusFile(
      environment: environment, stateDirectory: configuration.stateDirectory)
    monitor = ServiceMonitor(logger: logger, file: statusFile, notifier: notifier, model: model)
    serving = ServingState(Serving(model: model, configuration: configuration), trace: trace)
    workerCount = configuration.workers > 0 ? configuration.workers : Self.defaultWorkerCount
    commits = CommitQueue(capacity: 2 * Committer.largestGroup, workers: workerCount)
    reload = load
    self.configuration = configuration
    self.once = once
  }

  /// Two a processor, because a worker waits for the disk as long as it computes or longer. The
  /// kernel commits the syncs of those that wait together.
  private static var defaultWorkerCount: Int { 2 * max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// How the run ended; meaningful after `run` has returned.
  public var howItEnded: Ending { ending.withLock { $0 } }

  /// Serves until a graceful shutdown is asked for or, in once mode, until the inbox is empty. By
  /// then everything claimed is recorded, moved and sealed.
  public func run() async throws {
    let statusThread = monitor.start()
    await withGracefulShutdownHandler {
      await withCheckedContinuation { continuation in
        _ = WorkerThread(name: "commit") {
          self.serve()
          continuation.resume()
        }
      }
    } onGracefulShutdown: {
      self.stop()
    }
    monitor.stop()
    statusThread.join()
  }

  /// Reads configuration and model again. Photos in hand are finished with the old ones, which stay
  /// in force where the new ones are bad.
  public func reloadConfiguration() {
    notifier.send(.reloading)
    do {
      let (configuration, model) = try reload()
      serving.replace(with: Serving(model: model, configuration: configuration))
      monitor.serving(model)
      monitor.logger.notice("Reloaded.", metadata: ["model": "\(model.sha256)"])
      if configuration.needsRestart(insteadOf: self.configuration) {
        monitor.logger.warning(
          """
          Some changed settings take effect only at the next start: all but model, threshold and \
          the limits of a photo.
          """)
      }
    } catch {
      monitor.logger.error("Nothing was reloaded, the old settings stay in force. \(error)")
    }
    notifier.send(.ready)
  }

  private func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    notifier.send(.stopping)
    commits.stop()
    inbox.withLock { $0 }?.stop()
  }

  /// The whole life of the committing thread.
  private func serve() {
    do {
      var committer = try openCommitter()
      let queue = try openInbox()
      startWorkers(on: queue)
      notifier.send(.ready)
      monitor.logger.notice(
        "Serving.",
        metadata: ["inbox": "\(state.path.appending("inbox"))", "model": "\(modelName)"])
      committer.run()
      serving.trace?.flush()
      queue.stop()
      let leftovers = once ? queue.statistics.blocked + queue.statistics.deferred : 0
      finish(committer.hasLeftPhotos || leftovers > 0 ? .leftPhotos : .finished)
    } catch {
      finish(.failed("\(error)"))
    }
  }

  private var modelName: String { serving.current.model.model.name }

  private func finish(_ how: Ending) { ending.withLock { $0 = how } }

  /// Opens the ledger and finishes what an earlier run left in `work/`, one photo at a time, so that
  /// a photo that ends the process takes no other with it.
  private func openCommitter() throws -> Committer {
    let ledger = try Ledger(
      opening: state.folder(.manifests), claimsInWork: state.claimsInWork(),
      policy: configuration.seal)
    for event in ledger.recovered { monitor.report(event) }
    monitor.progressed(stream: ledger.stream, nextSequence: ledger.nextSequence)
    var committer = Committer(
      ledger: ledger, placement: Placement(state), commits: commits, monitor: monitor,
      trace: serving.trace)
    try committer.recover(state, serving: serving)
    return committer
  }

  private func openInbox() throws -> InboxQueue {
    var settings = InboxSettings()
    settings.settle = configuration.settle
    settings.incompleteAfter = configuration.incompleteAfter
    settings.rescanInterval = configuration.rescan
    settings.maximumWatches = configuration.maximumWatches
    settings.once = once
    let queue = try InboxQueue(state, settings: settings) { [monitor] notice in
      monitor.report(notice)
    }
    inbox.withLock { $0 = queue }
    monitor.watching(queue)
    // A stop that came before the queue was there has not reached it.
    if isStopping.load(ordering: .sequentiallyConsistent) { queue.stop() }
    return queue
  }

  private func startWorkers(on queue: InboxQueue) {
    let claimer = Claimer(state)
    for number in 1...workerCount {
      _ = WorkerThread(name: "worker \(number)") { [commits, serving, monitor] in
        var worker = Worker(
          inbox: queue, claimer: claimer, commits: commits, serving: serving, monitor: monitor)
        worker.run()
      }
    }
  }
}
