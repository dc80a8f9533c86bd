import ArgumentParser
import FileSystem
import FoundationEssentials
import Glibc
import Logging
import NeuralNetwork
import Service
import SystemPackage
import Threading

/// The daemon's command line: reads flags, starts the service, turns its ending into an exit code.
struct HangtagDaemon: ParsableCommand {
  /// How long a service that finds no room on the disk waits before it ends.
  private static let patience: Duration = .seconds(60)

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

  /// Like the parser's own, but a wrong command line is told to `systemctl status` too.
  static func main() {
    let environment = ProcessInfo.processInfo.environment
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      if exitCode(for: error).rawValue == Sysexits.usage {
        SystemdNotifier(environment: environment).send(.status(message(for: error)))
      }
      exit(withError: error)
    }
  }

  func run() throws {
    // A megabyte less after sixty photos, each a little larger than those before.
    Heap.mapLargeBlocks()
    // Before any thread is started, so that all of them leave the signals to this queue.
    let signals = SignalQueue([SIGTERM, SIGINT, SIGHUP])
    let environment = ProcessInfo.processInfo.environment
    let daemon: Daemon
    do {
      let resolver = ConfigurationResolver(
        file: config.map { FilePath($0) }, environment: environment, flags: flags)
      let configuration = try resolver.resolve()
      let logger = Self.logger(level: configuration.logLevel, environment: environment)
      daemon = try Daemon(
        configuration, resolver: resolver, once: once, environment: environment,
        instructionSet: try InstructionSet.selected(environment: environment), logger: logger,
        trace: try trace.map { try Trace(to: FilePath($0)) })
    } catch {
      let failure = Self.failure(
        Sysexits.sentence(for: error), code: Sysexits.code(for: error), environment)
      if Sysexits.isOutOfSpace(error), environment["NOTIFY_SOCKET"] != nil {
        // A service that ends too often stays down, and a disk may be full for long.
        waitUntilReadable([signals.descriptor], timeout: Self.patience)
      }
      throw failure
    }
    switch daemon.run(attending: signals) {
    case .finished: return
    case .leftPhotos: throw ExitCode(Sysexits.tryAgain)
    case .failed(let sentence, let code): throw Self.failure(sentence, code: code, environment)
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
    let forJournal = LineLogHandler.isConnectedToJournal(environment: environment)
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
}
