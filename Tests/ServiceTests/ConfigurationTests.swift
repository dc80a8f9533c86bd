import FileSystem
import FoundationEssentials
import Imaging
import SystemPackage
import Testing

@testable import Service

@Suite("The configuration")
struct ConfigurationTests {
  private func resolve(
    _ yaml: String, environment: [String: String] = [:],
    flags: [(key: String, value: String)] = []
  ) throws -> Configuration {
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appending(path: "hangtag-\(UUID()).yaml")
    try yaml.write(to: file, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    return try ConfigurationResolver(
      file: FilePath(file.path), environment: environment, flags: flags
    ).resolve()
  }

  private func error(_ yaml: String, environment: [String: String] = [:]) -> ConfigurationError? {
    do {
      _ = try resolve(yaml, environment: environment)
      return nil
    } catch {
      return error as? ConfigurationError
    }
  }

  @Test("takes every key from a file")
  func file() throws {
    let configuration = try resolve(
      """
      state_directory: /srv/photos
      model: /srv/model.safetensors
      workers: 3
      settle: 500ms
      incomplete_after: 2m
      threshold: 0.9
      max_bytes: 64MiB
      decode_timeout: 1.5s
      seal_entries: 10
      log_level: debug
      """)
    #expect(configuration.stateDirectory == "/srv/photos")
    #expect(configuration.model == "/srv/model.safetensors")
    #expect(configuration.workers == 3)
    #expect(configuration.settle == .milliseconds(500))
    #expect(configuration.incompleteAfter == .seconds(120))
    #expect(configuration.threshold == 0.9)
    #expect(configuration.limits.maximumBytes == 64 << 20)
    #expect(configuration.limits.timeLimit == .milliseconds(1500))
    #expect(configuration.seal.entries == 10)
    #expect(configuration.logLevel == "debug")
  }

  @Test("lets the environment win over the file, and a flag over both")
  func precedence() throws {
    let environment = ["HANGTAG_SETTLE": "3s", "HANGTAG_WORKERS": "5"]
    let configuration = try resolve(
      "settle: 1s\nworkers: 1\nseal_entries: 7\n", environment: environment,
      flags: [("workers", "9")])
    #expect(configuration.settle == .seconds(3))
    #expect(configuration.workers == 9)
    #expect(configuration.seal.entries == 7)
  }

  @Test("takes the state directory from systemd, unless HANGTAG_STATE_DIRECTORY says otherwise")
  func systemd() throws {
    let given = ["STATE_DIRECTORY": "/var/lib/hangtag/a:/var/lib/other"]
    #expect(try resolve("", environment: given).stateDirectory == "/var/lib/hangtag/a")
    let both = given.merging(["HANGTAG_STATE_DIRECTORY": "/srv/b"]) { $1 }
    #expect(try resolve("", environment: both).stateDirectory == "/srv/b")
  }

  @Test("refuses an unknown key and names the nearest known one")
  func unknownKey() {
    let found = error("workers: 1\nsetle: 2s\n")
    #expect(found?.message == "Unknown key `setle`. Did you mean `settle`?")
    guard case .file(_, line: 2)? = found?.source else {
      Issue.record("the error does not name line 2: \(String(describing: found))")
      return
    }
  }

  @Test(
    "refuses a value that does not fit, naming key, rule and value",
    arguments: [
      ("workers: many", "`workers` must be a whole number, not `many`."),
      ("workers: 1000", "`workers` must be from 0 to 256, not 1000."),
      (
        "settle: 2",
        "`settle` must be a duration with its unit, such as 500ms, 2s, 10m or 1h, not `2`."
      ),
      ("rescan: 10ms", "`rescan` must be at least 1s, not `10ms`."),
      ("threshold: 1.5", "`threshold` must be a number from 0 to 1, not `1.5`."),
      ("max_bytes: 1MB", "`max_bytes` must be a size such as 64KiB, 256MiB or 1GiB, not `1MB`."),
      ("model: here", "`model` must be a path that begins with `/`, not `here`."),
      (
        "log_level: loud",
        "`log_level` must be one of debug, info, notice, warning, error, not `loud`."
      ),
    ])
  func badValue(_ line: String, _ message: String) {
    #expect(error(line)?.message == message)
  }

  @Test("names the environment variable that holds a bad value")
  func badEnvironment() {
    let found = error("", environment: ["HANGTAG_SEAL_IDLE": "soon"])
    #expect(found?.description.hasPrefix("environment variable HANGTAG_SEAL_IDLE: ") == true)
  }

  @Test("refuses a mistyped variable and names the nearest known one")
  func unknownVariable() throws {
    let found = error("", environment: ["HANGTAG_SETLE": "2s", "HANGTAG": "x", "PATH": "/bin"])
    #expect(
      found?.description == "environment variable HANGTAG_SETLE: There is no such setting. "
        + "Did you mean HANGTAG_SETTLE?")
    #expect(try resolve("", environment: ["HANGTAG_ISA": "baseline"]) == Configuration())
  }

  @Test("ships a file in which every key stands with its default")
  func shippedFile() throws {
    let parts = #filePath.split(separator: "/").dropLast(3)
    let path = "/" + (parts + ["etc", "hangtag.yaml"]).joined(separator: "/")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let shown = text.split(separator: "\n").filter { $0.hasPrefix("#") && !$0.hasPrefix("# ") }
      .map { $0.dropFirst() }.joined(separator: "\n")
    #expect(try resolve(text) == Configuration())
    var defaults = Configuration()
    defaults.model = "/usr/share/hangtag/models/hangtag.safetensors"
    #expect(try resolve(shown) == defaults)
    for (key, _) in Configuration().lines {
      #expect(shown.contains("\(key): "), "\(key) is missing in etc/hangtag.yaml")
    }
  }

  @Test("shows values so that they can be read back")
  func showAndRead() throws {
    var configuration = Configuration()
    configuration.settle = .milliseconds(1500)
    configuration.incompleteAfter = .seconds(7200)
    configuration.limits.maximumBytes = 3 << 10
    configuration.threshold = 0.75
    configuration.model = "/m"
    let yaml = configuration.lines.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
    #expect(try resolve(yaml) == configuration)
  }
}
