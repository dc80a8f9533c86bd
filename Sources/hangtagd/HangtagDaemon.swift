import ArgumentParser
import FoundationEssentials
import Logging
import NeuralNetwork
import Service
import ServiceLifecycle
import SystemPackage
import UnixSignals

/// The daemon's command line: reads flags, starts the service, turns its ending into an exit code.
@main
struct HangtagDaemon: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hangtagd",
    abstract: "Hangs a tag on every product photo that lands in the inbox.",
    discussion: """
      Photos (JPEG, PNG) dropped in STATE/inbox/ are classified and moved to STATE/done/<category>/, \
      STATE/review/<category>/ or STATE/rejected/; STATE/manifests/ records each with category and \
      confidence. Settings come from /etc/hangtag/hangtag.yaml, from HANGTAG_ variables and from \
      these flags; the later wins. SIGTERM finishes what was begun and ends; SIGHUP reads the \
      configuration and the model again.

      Exit codes: 0 done, 64 usage, 65 bad model, 66 no model, 73 state directory cannot be made, \
      74 disk trouble, 75 photos had to be left or another daemon is running, 78 bad configuration.
      """,
    version: Version.text)

  @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("Where inbox, results and manifests are.", valueName: "directory"))
  var stateDirectory: String?

  @Option(help: ArgumentHelp("The weights file.", valueName: "file"))
  var model: String?

  @Flag(help: "Handle what is in the inbox, seal the manifest, and end.")
  var once = false

  @Option(
    help: ArgumentHelp(
      "Write when each photo was at which stage, for ui.perfetto.dev.", valueName: "file"))
  var trace: String?

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let ending: Daemon.Ending
    do {
      let resolver = ConfigurationResolver(
        file: config.map { FilePath($0) }, environment: environment, flags: flags)
      let logger = Self.logger(level: try resolver.resolve().logLevel, environment: environment)
      let daemon = try Daemon(
        resolver: resolver, once: once, environment: environment,
        instructionSet: try InstructionSet.selected(environment: environment), logger: logger,
        trace: try trace.map { try Trace(to: FilePath($0)) })
      try await Self.serve(daemon, logger: logger)
      ending = daemon.howItEnded
    } catch {
      throw Self.failure("\(error)", code: Sysexits.code(for: error), environment)
    }
    switch ending {
    case .finished: return
    case .leftPhotos: throw ExitCode(Sysexits.tryAgain)
    case .failed(let sentence):
      throw Self.failure(sentence, code: Sysexits.inputOutput, environment)
    }
  }

  private var flags: [(key: String, value: String)] {
    let here = FilePath(FileManager.default.currentDirectoryPath)
    let given = [("state_directory", stateDirectory), ("model", model)]
    return given.compactMap { key, value in
      value.map { (key, here.pushing(FilePath($0)).string) }
    }
  }

  private static func logger(level: String, environment: [String: String]) -> Logger {
    let forJournal = environment["JOURNAL_STREAM"] != nil
    return Logger(label: "hangtagd") { _ in
      LineLogHandler(level: Logger.Level(rawValue: level) ?? .notice, forJournal: forJournal)
    }
  }

  /// Says in one sentence, on standard error and in `systemctl status`, why the daemon ends.
  private static func failure(
    _ sentence: String, code: Int32, _ environment: [String: String]
  ) -> ExitCode {
    logger(level: "error", environment: environment).critical("\(sentence)")
    SystemdNotifier(environment: environment).send(.status(sentence))
    return ExitCode(code)
  }

  private static func serve(_ daemon: Daemon, logger: Logger) async throws {
    let hangups = await UnixSignalsSequence(trapping: .sighup)
    let reloading = Task {
      for await _ in hangups { daemon.reloadConfiguration() }
    }
    defer { reloading.cancel() }
    // The group's own messages are of no use to an administrator.
    var quiet = logger
    quiet.logLevel = .error
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: daemon, successTerminationBehavior: .gracefullyShutdownGroup)],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
    try await group.run()
  }
}
