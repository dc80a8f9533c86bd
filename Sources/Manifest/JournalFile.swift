import FileSystem
import SystemPackage

/// The file of the open journal, to which groups of lines are appended.
struct JournalFile: ~Copyable, Sendable {
  /// How an append ended.
  enum Result {
    /// The lines are on the disk.
    case durable
    /// Nothing was added; the file is as it was.
    case refused(FileSystemError)
    /// Nobody knows what of the file is on the disk. It must not be written or synced again.
    case lost(FileSystemError)
  }

  private let file: File
  private let name: FilePath
  private var length: Int64
  private let perform: ManifestFolder.Performer

  /// - Parameter length: the bytes in the file, all of them durable; the position is behind them.
  init(
    _ file: consuming File, name: FilePath, length: Int64,
    perform: @escaping ManifestFolder.Performer
  ) {
    self.file = file
    self.name = name
    self.length = length
    self.perform = perform
  }

  /// Appends whole lines with one write and makes them durable with one sync.
  mutating func append(_ lines: [UInt8]) -> Result {
    do {
      try perform(.append(name)) { () throws(FileSystemError) in try file.write(lines.span) }
    } catch {
      return cut(after: error)
    }
    do {
      try perform(.syncData(name)) { () throws(FileSystemError) in try file.syncData() }
    } catch {
      // The kernel reports a failed write-back once and may then drop the pages: a second sync
      // would succeed although the bytes are gone.
      return .lost(error)
    }
    length += Int64(lines.count)
    return .durable
  }

  /// Takes away what a failed write may have left.
  private func cut(after error: FileSystemError) -> Result {
    do {
      try perform(.truncate(name)) { () throws(FileSystemError) in try file.truncate(to: length) }
      return .refused(error)
    } catch {
      return .lost(error)
    }
  }
}
