import FileSystem
public import SystemPackage

/// Where the daemon keeps what others read while it runs: systemd's runtime directory, otherwise
/// dotfiles in the state directory.
public struct RuntimeFolder: Sendable {
  private let folder: FilePath
  private let prefix: String

  /// Chooses the place.
  /// - Parameters:
  ///   - environment: RUNTIME_DIRECTORY is systemd's word for RuntimeDirectory=.
  ///   - stateDirectory: where the files are kept otherwise.
  public init(environment: [String: String], stateDirectory: FilePath) {
    if let directory = environment["RUNTIME_DIRECTORY"], !directory.isEmpty {
      folder = FilePath(String(directory.prefix { $0 != ":" }))
      prefix = ""
    } else {
      folder = stateDirectory
      prefix = "."
    }
  }

  /// Where the file of this name is.
  func path(of name: String) -> FilePath { folder.appending(prefix + name) }

  /// Replaces a file as a whole. It need not survive a power loss, so nothing is synced.
  func write(_ name: String, _ bytes: [UInt8]) throws(FileSystemError) {
    try Directory(folder).writeWhole(FilePath(prefix + name), bytes, durably: false)
  }
}
