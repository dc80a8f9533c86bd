import FoundationEssentials

/// The measuring data that lies beside a developer's checkout and is no part of the project:
/// real shop photos, reference weights, golden outputs.
public enum SharedData {
  /// The folder, or nil where it is absent; tests that need it are disabled then.
  public static let folder: String? = {
    if let named = ProcessInfo.processInfo.environment["HANGTAG_SHARED"] {
      return FileManager.default.fileExists(atPath: named) ? named : nil
    }
    // Tests/TestSupport/SharedData.swift -> the checkout -> its parent.
    let parts = #filePath.split(separator: "/").dropLast(4)
    let beside = "/" + (parts + ["shared"]).joined(separator: "/")
    return FileManager.default.fileExists(atPath: beside + "/design.md") ? beside : nil
  }()

  /// Whether the folder is there. Use as `.enabled(if: SharedData.isPresent, "needs ../shared")`.
  public static var isPresent: Bool { folder != nil }
}
