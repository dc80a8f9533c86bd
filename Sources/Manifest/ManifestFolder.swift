import FileSystem
import Glibc
import SystemPackage

/// A change to the disk that the ledger makes, for a test that lets one fail or be the last.
enum DiskChange: Sendable, Equatable {
  case append(FilePath)
  case syncData(FilePath)
  case truncate(FilePath)
  case writeWhole(FilePath)
  case link(FilePath)
  case rename(FilePath, FilePath)
  case remove(FilePath)
  case syncDirectory
}

/// The `manifests/` folder. Every change that the ledger makes to the disk goes through here, so
/// that a test can let each of them fail, or be the last.
struct ManifestFolder: ~Copyable, Sendable {
  /// Makes a change by calling the closure it is given.
  typealias Performer =
    @Sendable (DiskChange, () throws(FileSystemError) -> Void) throws(FileSystemError) -> Void

  /// Called before each attempt to read a file; what it throws is what the attempt ends with.
  typealias ReadGate = @Sendable (FilePath) throws(FileSystemError) -> Void

  /// No file of Hangtag's comes near this many bytes.
  private static let largestFile = 1 << 30
  /// How many microseconds to wait before a file that the disk could not read is tried again.
  private static let readPauses: [UInt32] = [50_000, 250_000]

  let directory: Directory
  private let perform: Performer
  private let beforeReading: ReadGate

  init(
    _ directory: consuming Directory,
    perform: @escaping Performer = { (_, change) throws(FileSystemError) in try change() },
    beforeReading: @escaping ReadGate = { _ in }
  ) {
    self.directory = directory
    self.perform = perform
    self.beforeReading = beforeReading
  }

  /// Replaces a file as a whole, durably: see `Directory.writeWhole`.
  func writeWhole(_ name: ManifestName, _ bytes: [UInt8]) throws(FileSystemError) {
    try perform(.writeWhole(name.path)) { () throws(FileSystemError) in
      try directory.writeWhole(name.path, bytes)
    }
  }

  /// Moves a file to a name that must be free.
  func rename(_ old: FilePath, _ new: FilePath) throws(FileSystemError) {
    try perform(.rename(old, new)) { () throws(FileSystemError) in
      try directory.rename(old, to: directory, new)
    }
  }

  /// Removes a file; it is no failure where it is gone already.
  func remove(_ name: FilePath) throws(FileSystemError) {
    try perform(.remove(name)) { () throws(FileSystemError) in try directory.removeIfThere(name) }
  }

  /// Makes creations, renames and removals durable.
  func sync() throws(FileSystemError) {
    try perform(.syncDirectory) { () throws(FileSystemError) in try directory.sync() }
  }

  /// Reads a whole file. One that is larger than any of Hangtag's own is refused (EFBIG). Where the
  /// disk reports an error (EIO), the file is tried again: a path to a disk that fails over, or a
  /// network file system whose server comes back, reports errors that pass.
  func read(_ name: FilePath) throws(FileSystemError) -> [UInt8] {
    for pause in Self.readPauses {
      do throws(FileSystemError) {
        return try readOnce(name)
      } catch {
        guard error.errno == .ioError else { throw error }
        usleep(pause)
      }
    }
    return try readOnce(name)
  }

  private func readOnce(_ name: FilePath) throws(FileSystemError) -> [UInt8] {
    try beforeReading(name)
    if let size = try directory.status(of: name)?.size, size > Self.largestFile {
      throw FileSystemError(call: "read", path: name, errno: .fileTooLarge)
    }
    return try directory.readWhole(name, limit: .max)
  }

  /// Reads a whole file; nil where the disk cannot.
  func readable(_ name: FilePath) throws(FileSystemError) -> [UInt8]? {
    do throws(FileSystemError) {
      return try read(name)
    } catch {
      guard error.isDamage else { throw error }
      return nil
    }
  }

  /// Opens a journal for appending behind its last byte.
  func openJournal(_ number: Int) throws(FileSystemError) -> JournalFile {
    let name = ManifestName.journal(number).path
    let file = try directory.openOrCreate(name)
    let length = try file.status().size
    try file.truncate(to: length)
    return JournalFile(file, name: name, length: length, perform: perform)
  }

  /// Puts a manifest that is ready under the name under which others see it.
  /// - Returns: what was under that name, and where it was put. It is not this daemon's: nothing was
  ///   published while the ready file was there.
  func publish(_ number: Int, _ now: Timestamp) throws(FileSystemError) -> RecoveryEvent? {
    let stranger = try clear(.sealed(number), now)
    let ready = ManifestName.ready(number).path
    do throws(FileSystemError) {
      try rename(ready, ManifestName.sealed(number).path)
    } catch {
      // A network file system may report a failure of a rename that it has made.
      guard try directory.status(of: ready) == nil else { throw error }
    }
    return stranger
  }

  /// Sets aside what a stranger has put under a name that is needed.
  func clear(_ name: ManifestName, _ now: Timestamp) throws(FileSystemError) -> RecoveryEvent? {
    guard try directory.status(of: name.path) != nil else { return nil }
    let aside = try setAside(name.path, "foreign", now)
    return .damaged(name: name.text, problem: "it is not this daemon's", setAs: aside.string)
  }

  /// Gives a file a name that says what is wrong with it, and leaves its own name free.
  /// - Returns: the new name.
  func setAside(_ name: FilePath, _ why: String, _ now: Timestamp) throws(FileSystemError)
    -> FilePath
  {
    try onFreeName(name, why, now) { (aside) throws(FileSystemError) in try rename(name, aside) }
  }

  /// Keeps a file under a second name that says what is wrong with it, so that a new one can take its
  /// own name without a moment in between.
  /// - Returns: the second name.
  func keepAside(
    _ name: FilePath, _ why: String, _ now: Timestamp
  ) throws(FileSystemError) -> FilePath {
    try onFreeName(name, why, now) { (aside) throws(FileSystemError) in
      do throws(FileSystemError) {
        try perform(.link(name)) { () throws(FileSystemError) in
          try directory.link(name, as: aside)
        }
      } catch {
        // A file system without second names.
        guard error.errno == .notPermitted || error.errno == .notSupported else { throw error }
        guard let bytes = try readable(name) else { return try rename(name, aside) }
        try perform(.writeWhole(aside)) { () throws(FileSystemError) in
          try directory.writeWhole(aside, bytes)
        }
      }
    }
  }

  private func onFreeName(
    _ name: FilePath, _ why: String, _ now: Timestamp,
    _ take: (FilePath) throws(FileSystemError) -> Void
  ) throws(FileSystemError) -> FilePath {
    let text = name.string.drop { $0 == "." } + ".\(why)-\(now.fileNameText)"
    var copy = 1
    while true {
      let aside = FilePath(copy == 1 ? String(text) : "\(text)~\(copy)")
      do {
        try take(aside)
        return aside
      } catch  where error.errno == .fileExists {
        copy += 1
      }
    }
  }
}
