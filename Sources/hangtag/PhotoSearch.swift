import Digest
import FileSystem
import Inbox
import Manifest
import SystemPackage

/// Finds the entries and the file of a photo that a person named in one of many ways.
struct PhotoSearch {
  private static let limit = 20

  /// No larger one is read for its digest.
  private static let largestPhoto = 256 << 20

  /// The entries, the newest first.
  let found: [ManifestReader.Found]
  /// Where the photo can be read now; nil where it is gone.
  let path: FilePath?
  /// Whether it still lies in the inbox.
  let isWaiting: Bool

  init(_ text: String, in state: StateDirectory) throws(FileSystemError) {
    let named = FilePath(text).lexicallyNormalized()
    let below = state.relative(text) ?? named
    var file = Self.isFile(FilePath(text)) ? FilePath(text) : nil
    if file == nil, named.isRelative, Self.isFile(state.path.pushing(named)) {
      file = state.path.pushing(named)
    }
    let isInInbox = file != nil && below.starts(with: Folder.inbox.path)
    let name = isInInbox ? nil : state.path(text, below: .inbox).string
    let sha256 = file.flatMap(Self.sha256)
    // A file from elsewhere is known by its bytes: many photos share a name.
    let isElsewhere = file == FilePath(text) && state.relative(text) == nil
    let queries = isElsewhere ? [sha256, name] : [name, sha256]
    found = try Self.entries(queries.compactMap(\.self), in: state)
    isWaiting = isInInbox && found.isEmpty
    path = file ?? found.first.flatMap { Self.stored($0.entry, in: state) }
  }

  /// The entries of the first query that finds any.
  private static func entries(
    _ queries: [String], in state: StateDirectory
  ) throws(FileSystemError) -> [ManifestReader.Found] {
    let reader = ManifestReader(try state.folder(.manifests))
    for query in queries {
      let found = try reader.find(EntryQuery(query), limit: limit)
      if !found.isEmpty { return found }
    }
    return []
  }

  /// - Returns: nil where it is no file, or larger than any photo whose digest was recorded.
  private static func sha256(of path: FilePath) -> String? {
    guard let file = try? File(reading: path), let status = try? file.status(),
      status.kind == .regular, status.size <= largestPhoto,
      let bytes = try? File.contents(of: path, limit: largestPhoto)
    else { return nil }
    return SHA256.hex(of: bytes.span)
  }

  private static func stored(_ entry: Entry, in state: StateDirectory) -> FilePath? {
    guard let relative = entry.storedAs.path else { return nil }
    let path = state.path.pushing(relative)
    return isFile(path) ? path : nil
  }

  private static func isFile(_ path: FilePath) -> Bool {
    guard let file = try? File(reading: path), let status = try? file.status() else { return false }
    return status.kind == .regular
  }
}
