import CLinux
import Glibc
public import SystemPackage

/// The kernel's news of changes in watched directories, inotify(7). An event is a hint that may be
/// late, doubled or lost; what a listing shows is the truth.
public struct Inotify: ~Copyable, Sendable {
  /// What happened, and what to be told of.
  public struct Flags: OptionSet, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Creates flags from the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ value: Int32) { rawValue = UInt32(bitPattern: value) }

    /// A file that was open for writing was closed.
    public static let closedAfterWriting = Flags(IN_CLOSE_WRITE)
    /// A name appeared by a rename.
    public static let movedIn = Flags(IN_MOVED_TO)
    /// A name went by a rename.
    public static let movedOut = Flags(IN_MOVED_FROM)
    /// A name appeared otherwise.
    public static let created = Flags(IN_CREATE)
    /// A name was removed.
    public static let deleted = Flags(IN_DELETE)
    /// The watched directory itself was renamed.
    public static let selfMoved = Flags(IN_MOVE_SELF)
    /// The watched directory itself was removed.
    public static let selfDeleted = Flags(IN_DELETE_SELF)
    /// The name is a directory's.
    public static let isDirectory = Flags(IN_ISDIR)
    /// The file system was unmounted.
    public static let unmounted = Flags(IN_UNMOUNT)
    /// The watch is gone.
    public static let ignored = Flags(IN_IGNORED)
    /// The kernel's queue was full and events were dropped.
    public static let overflow = Flags(IN_Q_OVERFLOW)
  }

  /// One piece of news.
  public struct Event: Sendable, Equatable {
    /// The watch it belongs to; -1 for an overflow.
    public let watch: Int32
    /// What happened.
    public let flags: Flags
    /// The name in the watched directory; nil where the event concerns the directory itself.
    public let name: FilePath?
  }

  /// The open descriptor, readable when there is news; for `waitUntilReadable`.
  public let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  /// Opens an event queue of its own.
  /// - Throws: EMFILE where the user has reached `fs.inotify.max_user_instances`.
  public init() throws(FileSystemError) {
    descriptor = try retrying("inotify_init1", "inotify") {
      inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    }
  }

  deinit { _ = Glibc.close(descriptor) }

  /// Watches a directory: the very one that is open, whatever its path leads to by now.
  /// - Returns: the watch's number; the same as before where the directory is watched already.
  /// - Throws: ENOSPC where the user has reached `fs.inotify.max_user_watches`.
  public func watch(
    _ directory: borrowing Directory, for flags: Flags
  ) throws(FileSystemError) -> Int32 {
    // The call takes a path only; this one cannot be led elsewhere.
    let path = "/proc/self/fd/\(directory.descriptor)"
    return try retrying("inotify_add_watch", directory.path) {
      unsafe inotify_add_watch(descriptor, path, flags.rawValue | UInt32(IN_ONLYDIR))
    }
  }

  /// Ends a watch. One that is gone already is no error.
  public func unwatch(_ watch: Int32) {
    inotify_rm_watch(descriptor, watch)
  }

  /// Reads waiting events, in their order, without blocking: as many as fit in 64 KB.
  /// - Returns: none where none wait.
  public mutating func read() throws(FileSystemError) -> [Event] {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
      }
      if count >= 0 { return events(in: count) }
      if Glibc.errno == EAGAIN { return [] }
      if Glibc.errno != EINTR { throw .last("read", "inotify") }
    }
  }

  /// Reads `struct inotify_event`s: watch, mask, cookie, name length, then the zero-padded name.
  private func events(in count: Int) -> [Event] {
    let header = 16
    var events: [Event] = []
    var offset = 0
    while offset + header <= count {
      let length = Int(word(at: offset + 12))
      let field = buffer[(offset + header)..<(offset + header + length)]
      let name = field.prefix { $0 != 0 }
      events.append(
        Event(
          watch: Int32(bitPattern: word(at: offset)),
          flags: Flags(rawValue: word(at: offset + 4)),
          name: name.isEmpty ? nil : FilePath(bytes: name)))
      offset += header + length
    }
    return events
  }

  /// The native-endian number at a byte offset.
  private func word(at offset: Int) -> UInt32 {
    unsafe buffer.withUnsafeBytes {
      unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
  }
}
