import FileSystem
import FoundationEssentials
public import SystemPackage

/// The file `status.json`: in systemd's runtime directory, otherwise as a dotfile in the state
/// directory.
public struct StatusFile: Sendable {
  /// A file larger than this is none of ours.
  private static let sizeLimit = 1 << 20

  /// Where the file is.
  public let path: FilePath

  /// Chooses the place.
  /// - Parameters:
  ///   - environment: RUNTIME_DIRECTORY is systemd's word for RuntimeDirectory=.
  ///   - stateDirectory: where the file is kept otherwise.
  public init(environment: [String: String], stateDirectory: FilePath) {
    if let directory = environment["RUNTIME_DIRECTORY"], !directory.isEmpty {
      path = FilePath(String(directory.prefix { $0 != ":" })).appending("status.json")
    } else {
      path = stateDirectory.appending(".status.json")
    }
  }

  /// Replaces the report. It need not survive a power loss, so nothing is synced.
  func write(_ report: StatusReport) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes = [UInt8](try encoder.encode(report))
    try Directory(path.removingLastComponent())
      .writeWhole(FilePath(path.lastComponent?.string ?? ""), bytes, durably: false)
  }

  /// The report as last written; nil where there is none.
  public func read() -> StatusReport? {
    guard let bytes = try? File.contents(of: path, limit: Self.sizeLimit) else { return nil }
    return try? JSONDecoder().decode(StatusReport.self, from: Data(bytes))
  }
}
