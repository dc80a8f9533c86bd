import NeuralNetwork

/// Takes over a new configuration and a new model while the service runs, or refuses them and
/// leaves the old ones in force. Used by one thread.
struct Reloader: ~Copyable {
  /// How the configuration is found and a model is made ready.
  private let resolver: ConfigurationResolver
  private let instructionSet: InstructionSet
  private let serving: ServingState
  private let monitor: ServiceMonitor
  /// The configuration that the service started with.
  private let started: Configuration
  /// The last one that could be read; in force unless its model was refused.
  private var configuration: Configuration
  /// Whether it is what the configuration file and the environment say now.
  private var isNewest = true
  private(set) var watch = ModelWatch()

  init(
    resolver: ConfigurationResolver, instructionSet: InstructionSet, configuration: Configuration,
    serving: ServingState, monitor: ServiceMonitor
  ) {
    self.resolver = resolver
    self.instructionSet = instructionSet
    self.serving = serving
    self.monitor = monitor
    self.configuration = configuration
    started = configuration
    watch.follow(configuration.modelPath, tried: serving.current.model.file)
  }

  /// Reads configuration and model again, as SIGHUP asks. Photos in hand are finished with the old
  /// ones.
  mutating func reload() {
    monitor.reloadBegins()
    defer { monitor.reloadEnds() }
    do throws(ConfigurationError) {
      configuration = try resolver.resolve()
      isNewest = true
    } catch {
      isNewest = false
      return monitor.refused(.configuration, "\(error)")
    }
    guard takeModel() else { return }
    if configuration.needsRestart(insteadOf: started) { monitor.needsRestart() }
  }

  /// Reads the model again where another file has taken its place.
  mutating func reloadChangedModel() {
    guard watch.hasNews(at: .now, wall: .now) else { return }
    monitor.reloadBegins()
    defer { monitor.reloadEnds() }
    _ = takeModel()
  }

  /// - Returns: whether the model is good; then it is in force, with the configuration.
  private mutating func takeModel() -> Bool {
    let path = configuration.modelPath
    // Before it is read: what comes after is news.
    watch.follow(path, tried: ModelWatch.status(of: path))
    do throws(ServingModelError) {
      let model = try ServingModel.rehearsed(path, instructionSet: instructionSet)
      serving.replace(with: try Serving(model: model, configuration: configuration))
      monitor.reloaded(model)
      if isNewest { monitor.configurationIsGood() }
      model.classifier.gatherWeights()
      return true
    } catch {
      // A model that does not prove what the configuration asks for is no bad model.
      let isBadModel = error.exitCode != Sysexits.configuration
      monitor.refused(isBadModel ? .model : .configuration, "\(error)")
      return false
    }
  }
}
