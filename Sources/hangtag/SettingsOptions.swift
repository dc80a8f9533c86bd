import ArgumentParser
import FoundationEssentials
import Inbox
import Service
import SystemPackage

/// Where the settings come from: the tool sees what a daemon that is started now would see.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The configuration file. Default: /etc/hangtag/hangtag.yaml, where it exists.",
      valueName: "file"))
  var config: String?

  /// The settings in force, with what was given on the command line.
  func resolve(
    model: String? = nil, stateDirectory: String? = nil
  ) throws(ConfigurationError) -> Configuration {
    let flags = [("model", model), ("state_directory", stateDirectory)].compactMap { key, value in
      value.map { (key: key, value: WorkingDirectory.absolute($0).string) }
    }
    return try resolver(flags: flags).resolve()
  }

  func resolver(flags: [(key: String, value: String)] = []) -> ConfigurationResolver {
    ConfigurationResolver(
      file: config.map { FilePath($0) }, environment: ProcessInfo.processInfo.environment,
      flags: flags)
  }
}

/// The flag for commands that ask a model.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model. Default: what the configuration says, or the installed one.",
      valueName: "file"))
  var model: String?
}

/// The flag for commands that look at what a daemon keeps.
struct StateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where inbox, results and manifests are. Default: what the configuration says, or "
        + "/var/lib/hangtag.",
      valueName: "directory"))
  var stateDirectory: String?

  /// Opens the directory beside its daemon.
  func open(_ settings: SettingsOptions) throws -> StateDirectory {
    let configuration = try settings.resolve(stateDirectory: stateDirectory)
    return try StateDirectory(observing: configuration.stateDirectory)
  }
}

/// Paths as a person types them.
enum WorkingDirectory {
  /// The path from the root, without `.` and `..`.
  static func absolute(_ path: String) -> FilePath {
    FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(path))
      .lexicallyNormalized()
  }
}
