import CLinux
import Glibc
public import SystemPackage

/// An open file. Closed when the value goes away.
public struct File: ~Copyable, Sendable {
  /// The open descriptor, owned by this value.
  public let descriptor: Int32
  /// The name it was opened by, for error messages.
  public var path: FilePath { openedName.path }

  private let openedName: OpenedName

  init(descriptor: Int32, openedName: OpenedName) {
    self.descriptor = descriptor
    self.openedName = openedName
  }

  /// Opens an existing file for reading. A pipe does not block: look at the status before reading.
  public init(reading path: FilePath) throws(FileSystemError) {
    let descriptor = try retrying("open", path) {
      unsafe path.withPlatformString { name in
        unsafe linux_openat(AT_FDCWD, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0)
      }
    }
    self.init(descriptor: descriptor, openedName: .path(path))
  }

  deinit { _ = Glibc.close(descriptor) }

  /// Sets who may do what with it.
  public func setPermissions(_ permissions: FilePermissions) throws(FileSystemError) {
    try once("fchmod", path) { fchmod(descriptor, permissions.rawValue) }
  }

  /// What the kernel knows of the file.
  public func status() throws(FileSystemError) -> FileStatus {
    var raw = stat()
    try once("fstat", path) { unsafe fstat(descriptor, &raw) }
    return FileStatus(raw)
  }

  /// Reads up to `buffer.count` bytes at `offset` into `buffer`; fewer only at the end of the file.
  /// - Returns: how many bytes were read.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(FileSystemError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = try retrying("pread", path) {
        unsafe pread(
          descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled,
          off_t(offset) + filled)
      }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Reads up to `bytes.count` bytes at `offset` into `bytes`; fewer only at the end of the file.
  /// - Returns: how many bytes were read.
  public func read(into bytes: inout [UInt8], at offset: Int64) throws(FileSystemError) -> Int {
    try fill(&bytes, from: 0, at: offset)
  }

  /// Reads the file from its start into `bytes`, whose memory is used again.
  /// - Parameter limit: the most bytes to read; a longer file is cut there.
  public func readAll(into bytes: inout [UInt8], limit: Int) throws(FileSystemError) {
    // One byte more than the size shows growth since the look at the status.
    var room = min(Int(try status().size) + 1, limit)
    if bytes.capacity < room {
      bytes = []  // so that both are not in memory at once
      bytes = try contents(room)
    } else {
      // Only what the memory has not held yet is cleared: of a large file that takes a while.
      bytes.append(contentsOf: repeatElement(0, count: max(0, room - bytes.count)))
      let count = try fill(&bytes, from: 0, at: 0)
      bytes.removeLast(bytes.count - min(count, room))
    }
    while bytes.count == room, room < limit {
      let start = room
      room = min(2 * start, limit)
      bytes.append(contentsOf: repeatElement(0, count: room - start))
      let count = try fill(&bytes, from: start, at: Int64(start))
      bytes.removeLast(room - start - count)
    }
  }

  /// The file's first `count` bytes, or as many as it has, in memory that is not cleared first.
  private func contents(_ count: Int) throws(FileSystemError) -> [UInt8] {
    var failure: FileSystemError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(FileSystemError) {
        initialized = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads from `offset` of the file into the part of `bytes` that begins at `start`.
  private func fill(
    _ bytes: inout [UInt8], from start: Int, at offset: Int64
  ) throws(FileSystemError) -> Int {
    var failure: FileSystemError?
    let count = unsafe bytes.withUnsafeMutableBytes { whole -> Int in
      do throws(FileSystemError) {
        return try unsafe read(
          into: UnsafeMutableRawBufferPointer(rebasing: whole[start...]), at: offset)
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return count
  }

  /// Writes all of `bytes` at the descriptor's position, going on after short writes.
  public func write(_ bytes: borrowing Span<UInt8>) throws(FileSystemError) {
    var written = 0
    while written < bytes.count {
      let rest = bytes.extracting(droppingFirst: written)
      written += try retrying("write", path) {
        unsafe rest.withUnsafeBufferPointer {
          unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
      }
    }
  }

  /// Cuts or extends the file to `size` bytes and puts the position at its end.
  public func truncate(to size: Int64) throws(FileSystemError) {
    try retrying("ftruncate", path) { ftruncate(descriptor, off_t(size)) }
    try retrying("lseek", path) { lseek(descriptor, off_t(size), SEEK_SET) }
  }

  /// Makes the content durable. After a failure the kernel may have dropped the unwritten pages,
  /// so a second call would report success for bytes that are gone: never call it again.
  public func syncData() throws(FileSystemError) {
    try once("fdatasync", path) { fdatasync(descriptor) }
  }

  /// Writes the content to the disk and waits for it. It is not durable yet: the disk may have it in
  /// its own memory, and may not know yet where it belongs, until the whole file system is synced. The
  /// same warning holds.
  public func writeOut() throws(FileSystemError) {
    try once("sync_file_range", path) { linux_write_out(descriptor) }
  }

  /// Lets the disk begin to write the content, and does not wait: a later `writeOut` or sync takes less
  /// time. Where this fails, that one must not be called: the same warning holds.
  public func beginWriteOut() throws(FileSystemError) {
    try once("sync_file_range", path) { linux_begin_write_out(descriptor) }
  }

  /// Makes content and metadata durable; the same warning holds.
  public func sync() throws(FileSystemError) {
    try once("fsync", path) { fsync(descriptor) }
  }

  /// Takes an advisory lock for as long as the file stays open.
  /// - Parameter shared: whether others may hold a shared lock at the same time.
  /// - Returns: false where another open file holds it.
  public func tryLock(shared: Bool = false) throws(FileSystemError) -> Bool {
    if flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return true }
    if Glibc.errno == EWOULDBLOCK { return false }
    throw .last("flock", path)
  }
}
