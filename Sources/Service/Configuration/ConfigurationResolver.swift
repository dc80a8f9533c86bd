import FileSystem
public import SystemPackage
import YAML

/// Brings defaults, file, environment and flags together; the later wins.
public struct ConfigurationResolver: Sendable {
  /// The file read where none is named, if it is there.
  public static let defaultFile: FilePath = "/etc/hangtag/hangtag.yaml"

  /// Variables that are no keys of the configuration: the kernels' instruction set, and where this
  /// project's tests find their data.
  private static let otherVariables = ["HANGTAG_ISA", "HANGTAG_SHARED"]

  /// A file larger than this is no configuration.
  private static let sizeLimit = 1 << 20

  private let file: FilePath?
  private let environment: [String: String]
  private let flags: [(key: String, value: String)]

  /// Creates a resolver.
  /// - Parameters:
  ///   - file: the configuration file, which must exist; nil: the default one where it exists.
  ///   - environment: the process's environment.
  ///   - flags: keys in snake_case with the values given on the command line.
  public init(
    file: FilePath?, environment: [String: String], flags: [(key: String, value: String)] = []
  ) {
    self.file = file
    self.environment = environment
    self.flags = flags
  }

  /// The configuration as the sources stand now.
  public func resolve() throws(ConfigurationError) -> Configuration {
    var configuration = Configuration()
    if let (path, bytes) = try contents() {
      try Self.apply(bytes, from: path, to: &configuration)
    }
    if let directory = environment["STATE_DIRECTORY"], !directory.isEmpty {
      // Given by systemd for StateDirectory=; several are separated by colons.
      configuration.stateDirectory = FilePath(String(directory.prefix { $0 != ":" }))
    }
    try checkVariables()
    for key in ConfigurationKey.all {
      guard let value = environment[key.environmentName] else { continue }
      try Self.set(key, value, from: .environment(key.environmentName), in: &configuration)
    }
    for (name, value) in flags {
      guard let key = ConfigurationKey.named(name) else {
        preconditionFailure("no such key: \(name)")
      }
      let flag = String(name.map { $0 == "_" ? "-" : $0 })
      try Self.set(key, value, from: .flag(flag), in: &configuration)
    }
    return configuration
  }

  /// The file that is read: the one named, the default one where it exists, or none.
  public var fileInUse: FilePath? {
    if let file { return file }
    do {
      _ = try File(reading: Self.defaultFile)
      return Self.defaultFile
    } catch {
      return error.isNotFound ? nil : Self.defaultFile
    }
  }

  /// A mistyped variable would silently leave its setting as it is.
  private func checkVariables() throws(ConfigurationError) {
    let known = ConfigurationKey.all.map(\.environmentName) + Self.otherVariables
    let unknown = environment.keys.filter { $0.hasPrefix("HANGTAG_") && !known.contains($0) }
    guard let name = unknown.min() else { return }
    let hint =
      nearestName(to: name, among: known).map { "Did you mean \($0)?" }
      ?? "Known variables: \(known.joined(separator: ", "))."
    throw ConfigurationError(
      source: .environment(name), message: "There is no such setting. \(hint)")
  }

  private func contents() throws(ConfigurationError) -> (FilePath, [UInt8])? {
    guard let path = fileInUse else { return nil }
    do {
      return (path, try File.contents(of: path, limit: Self.sizeLimit))
    } catch {
      throw ConfigurationError(
        source: .file(path, line: 0), message: "It cannot be read: \(error.errno).")
    }
  }

  private static func apply(
    _ bytes: [UInt8], from path: FilePath, to configuration: inout Configuration
  ) throws(ConfigurationError) {
    let mapping: YAMLMapping
    do throws(YAMLMapping.Problem) {
      mapping = try YAMLMapping(parsing: bytes)
    } catch {
      throw ConfigurationError(
        source: .file(path, line: error.line), message: error.message + ".")
    }
    for pair in mapping.pairs {
      let source = ConfigurationError.Source.file(path, line: pair.line)
      guard let key = ConfigurationKey.named(pair.key) else {
        let names = ConfigurationKey.all.map(\.name)
        let hint =
          nearestName(to: pair.key, among: names).map { "Did you mean `\($0)`?" }
          ?? "Known keys: \(names.joined(separator: ", "))."
        throw ConfigurationError(source: source, message: "Unknown key `\(pair.key)`. \(hint)")
      }
      try set(key, pair.value, from: source, in: &configuration)
    }
  }

  private static func set(
    _ key: ConfigurationKey, _ value: String, from source: ConfigurationError.Source,
    in configuration: inout Configuration
  ) throws(ConfigurationError) {
    do {
      try key.set(&configuration, value)
    } catch {
      throw ConfigurationError(source: source, message: "`\(key.name)` \(error.message).")
    }
  }
}

extension Configuration {
  /// Every key with its value in force, in the order of the shipped file.
  public var lines: [(key: String, value: String)] {
    ConfigurationKey.all.map { ($0.name, $0.show(self)) }
  }
}
