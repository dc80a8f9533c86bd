import Foundation
import SamplePhotos
import Testing

/// One run of a real program that was built together with the tests.
struct ToolRun {
  let status: Int32
  let output: String
  let errors: String

  /// Programs lie beside the test program.
  static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  /// Runs a program to its end, with nothing in its environment but what is given.
  /// - Parameter program: its name or, where it is another than was built, its path.
  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    in folder: Folder
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program, relativeTo: Self.programs)
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder.url
    // Files, not pipes: a program that fills one pipe cannot block on the other.
    let files = ["stdout", "stderr"].map { folder.url.appending(path: ".\($0)-\(UUID())") }
    let handles = try files.map { file in
      try Data().write(to: file)
      return try FileHandle(forWritingTo: file)
    }
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = try String(contentsOf: files[0], encoding: .utf8)
    errors = try String(contentsOf: files[1], encoding: .utf8)
  }

  /// The output's lines as JSON objects.
  func objects() throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }
}

/// A folder of a test's own, removed at the end.
final class Folder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appending(path: "ht-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: name).path)
  }

  /// Installs the tool and the model below this folder, as a package does below /usr.
  /// - Returns: the tool's path.
  func install() throws -> String {
    let (tool, manager) = (url.appending(path: "bin/hangtag"), FileManager.default)
    let models = url.appending(path: "share/hangtag/models")
    for folder in [tool.deletingLastPathComponent(), models] {
      try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    let built = ToolRun.programs.appending(path: "hangtag")
    // A link is not possible where the temporary folder is another file system.
    do { try manager.linkItem(at: built, to: tool) } catch {
      try manager.copyItem(at: built, to: tool)
    }
    try manager.copyItem(
      atPath: Bundled.model, toPath: models.appending(path: "hangtag.safetensors").path)
    return tool.path
  }

  /// Lets the real daemon work off `state/inbox`.
  func sortInbox() throws {
    let run = try ToolRun(
      "hangtagd", ["--once", "--state-directory", "state", "--model", Bundled.model],
      environment: ["HANGTAG_SETTLE": "10ms", "HANGTAG_INCOMPLETE_AFTER": "20ms"], in: self)
    try #require(run.status == 0, "\(run.errors)")
  }
}

/// What the tests take from the checkout or make up.
enum Bundled {
  static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let model = checkout.appending(path: "models/hangtag.safetensors").path

  /// A photo of trousers on white: two legs and a waist, drawn as Fashion-MNIST has them.
  static var trousers: [UInt8] {
    var article = [UInt8](repeating: 0, count: 28 * 28)
    for row in 1..<27 {
      for column in 9..<19 where row < 8 || column < 13 || column > 14 {
        article[row * 28 + column] = 200
      }
    }
    let picture = SamplePhoto.render(article: article, width: 300, height: 400)
    return PhotoEncoding.jpeg(JPEGEncoding()).encode(picture)
  }
}
