import Glibc
import SystemPackage

/// System calls that only the tests need.
enum SystemCalls {
  static let isRoot = geteuid() == 0

  static func symbolicLink(_ path: FilePath, to target: FilePath) -> Bool {
    unsafe symlink(target.string, path.string) == 0
  }

  static func pipe(_ path: FilePath) -> Bool { unsafe mkfifo(path.string, 0o600) == 0 }

  /// Mounts a directory over itself: one device number, two mounts.
  static func bindMount(_ path: FilePath) -> Bool {
    unsafe mount(path.string, path.string, nil, UInt(MS_BIND), nil) == 0
  }

  static func makeReadOnly(_ path: FilePath) -> Bool {
    unsafe mount(nil, path.string, nil, UInt(MS_BIND | MS_REMOUNT | MS_RDONLY), nil) == 0
  }

  static func memoryMount(_ path: FilePath) -> Bool {
    unsafe mount("tmpfs", path.string, "tmpfs", 0, nil) == 0
  }

  static func overlayMount(_ path: FilePath, options: String) -> Bool {
    unsafe mount("overlay", path.string, "overlay", 0, options) == 0
  }

  static func unmount(_ path: FilePath) { unsafe umount2(path.string, Int32(MNT_DETACH)) }

  static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }
}

extension FilePath: @retroactive ExpressibleByStringInterpolation {}
