import FileSystem
import FoundationEssentials
import SystemPackage

/// The file `status.json`.
public struct StatusFile: Sendable {
  static let name = "status.json"
  /// A file larger than this is none of ours.
  private static let sizeLimit = 1 << 20

  private let path: FilePath

  /// The file in a daemon's runtime folder.
  public init(in folder: RuntimeFolder) { path = folder.path(of: Self.name) }

  /// The file's content for a report.
  static func bytes(of report: StatusReport) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(report))
  }

  /// The report as last written; nil where there is none.
  public func read() -> StatusReport? {
    guard let bytes = try? File.contents(of: path, limit: Self.sizeLimit) else { return nil }
    return try? JSONDecoder().decode(StatusReport.self, from: Data(bytes))
  }
}
