import CLinux
import Glibc
public import SystemPackage

/// A listing in progress. Names come as the kernel gives them, in no order, a block at a time: a
/// directory of a million files costs no more memory than one of ten. Files that appear or go
/// during the listing may or may not be seen.
@safe public struct DirectoryListing: ~Copyable {
  /// One name in the directory.
  public struct Entry: Sendable, Equatable {
    /// The file's name: one component.
    public let name: FilePath
    /// Its kind as the listing tells it; nil where the file system does not say.
    public let kind: FileStatus.Kind?
  }

  private let stream: OpaquePointer
  private let directoryName: OpenedName

  init(of directory: borrowing Directory) throws(FileSystemError) {
    directoryName = directory.openedName
    // A descriptor of its own: closedir closes it, and the position is not shared.
    let descriptor = try retrying("open", directory.path) {
      unsafe linux_openat(directory.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    }
    guard let stream = unsafe fdopendir(descriptor) else {
      let error = FileSystemError.last("fdopendir", directory.path)
      _ = Glibc.close(descriptor)
      throw error
    }
    unsafe self.stream = stream
  }

  deinit { unsafe closedir(stream) }

  /// The next name, without `.` and `..`; nil at the end.
  public mutating func next() throws(FileSystemError) -> Entry? {
    while true {
      Glibc.errno = 0
      guard let raw = unsafe readdir(stream) else {
        if Glibc.errno != 0 { throw .last("readdir", directoryName.path) }
        return nil
      }
      let name = unsafe withUnsafePointer(to: &raw.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CInterop.PlatformChar.self, capacity: 256) {
          unsafe FilePath(platformString: $0)
        }
      }
      if name == "." || name == ".." { continue }
      return Entry(name: name, kind: Self.kind(Int32(unsafe raw.pointee.d_type)))
    }
  }

  private static func kind(_ type: Int32) -> FileStatus.Kind? {
    switch type {
    case Int32(DT_REG): .regular
    case Int32(DT_DIR): .directory
    case Int32(DT_LNK): .symbolicLink
    case Int32(DT_UNKNOWN): nil
    default: .other
    }
  }
}
