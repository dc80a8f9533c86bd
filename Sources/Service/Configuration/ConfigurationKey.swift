import SystemPackage

/// One key of the configuration: its name, how a written value becomes a setting, and how a setting
/// is shown. File, environment, `check-config` and the error messages all come from this one table.
struct ConfigurationKey: Sendable {
  let name: String
  let set: @Sendable (inout Configuration, String) throws(ValueProblem) -> Void
  let show: @Sendable (Configuration) -> String

  /// The environment variable that wins over the file.
  var environmentName: String { "HANGTAG_" + name.uppercased() }

  static let all: [ConfigurationKey] = [
    ConfigurationKey(
      name: "state_directory",
      set: { (target, text) throws(ValueProblem) in
        target.stateDirectory = FilePath(try ValueParsing.absolutePath(text))
      }, show: { $0.stateDirectory.string }),
    ConfigurationKey(
      name: "model",
      set: { (target, text) throws(ValueProblem) in
        target.model = FilePath(try ValueParsing.absolutePath(text))
      }, show: { $0.model?.string ?? "the installed one" }),
    integer("workers", \.workers, in: 0...256),
    duration("settle", \.settle),
    duration("incomplete_after", \.incompleteAfter),
    duration("rescan", \.rescan, atLeast: .seconds(1)),
    integer("max_watches", \.maximumWatches, in: 1...1_000_000),
    ConfigurationKey(
      name: "threshold",
      set: { (target, text) throws(ValueProblem) in
        target.threshold = text == "model" ? nil : try ValueParsing.probability(text)
      }, show: { $0.threshold.map { "\($0)" } ?? "model" }),
    ConfigurationKey(
      name: "target_precision",
      set: { (target, text) throws(ValueProblem) in
        target.targetPrecision = text == "model" ? nil : try ValueParsing.probability(text)
      }, show: { $0.targetPrecision.map { "\($0)" } ?? "model" }),
    byteCount("max_bytes", \.limits.maximumBytes),
    integer("max_pixels", \.limits.maximumPixels, in: 1...4_000_000_000),
    integer("max_scans", \.limits.maximumScans, in: 1...100_000),
    byteCount("max_memory", \.limits.maximumMemory),
    duration("decode_timeout", \.limits.timeLimit, atLeast: .milliseconds(10)),
    integer("seal_entries", \.seal.entries, in: 1...1_000_000),
    duration("seal_idle", \.seal.idle, atLeast: .milliseconds(10)),
    duration("seal_age", \.seal.age, atLeast: .milliseconds(10)),
    ConfigurationKey(
      name: "log_level",
      set: { (target, text) throws(ValueProblem) in
        let levels = ["debug", "info", "notice", "warning", "error"]
        target.logLevel = try ValueParsing.choice(text, of: levels)
      }, show: { $0.logLevel }),
  ]

  static func named(_ name: String) -> ConfigurationKey? {
    all.first { $0.name == name }
  }

  private static func integer(
    _ name: String, _ path: WritableKeyPath<Configuration, Int> & Sendable,
    in range: ClosedRange<Int>
  ) -> ConfigurationKey {
    ConfigurationKey(
      name: name,
      set: { (target, text) throws(ValueProblem) in
        target[keyPath: path] = try ValueParsing.integer(text, in: range)
      }, show: { String($0[keyPath: path]) })
  }

  private static func byteCount(
    _ name: String, _ path: WritableKeyPath<Configuration, Int> & Sendable
  ) -> ConfigurationKey {
    ConfigurationKey(
      name: name,
      set: { (target, text) throws(ValueProblem) in
        target[keyPath: path] = try ValueParsing.byteCount(text)
      }, show: { byteCountText($0[keyPath: path]) })
  }

  private static func duration(
    _ name: String, _ path: WritableKeyPath<Configuration, Duration> & Sendable,
    atLeast least: Duration = .zero
  ) -> ConfigurationKey {
    ConfigurationKey(
      name: name,
      set: { (target, text) throws(ValueProblem) in
        let value = try ValueParsing.duration(text)
        guard value >= least else {
          throw ValueProblem(message: "must be at least \(least.configurationText), not `\(text)`")
        }
        target[keyPath: path] = value
      }, show: { $0[keyPath: path].configurationText })
  }
}
