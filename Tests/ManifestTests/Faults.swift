import FileSystem
import Synchronization
import SystemPackage

@testable import Manifest

/// Lets chosen changes to the disk fail.
final class Faults: Sendable {
  private struct State {
    var fail: @Sendable (DiskChange) -> Errno? = { _ in nil }
    var instead: ManifestFolder.Performer?
    var made: [DiskChange] = []
  }

  private let state = Mutex(State())

  /// Says with which error a change fails; nil where it is made.
  var fail: @Sendable (DiskChange) -> Errno? {
    get { state.withLock { $0.fail } }
    set { state.withLock { $0.fail = newValue } }
  }

  /// Makes the changes instead.
  var instead: ManifestFolder.Performer? {
    get { state.withLock { $0.instead } }
    set { state.withLock { $0.instead = newValue } }
  }

  /// The changes that were made.
  var made: [DiskChange] { state.withLock { $0.made } }

  var performer: ManifestFolder.Performer {
    { [self] (change, body) throws(FileSystemError) in
      if let errno = fail(change) {
        throw FileSystemError(call: "test", path: "manifests", errno: errno)
      }
      if let instead { return try instead(change, body) }
      try body()
      state.withLock { $0.made.append(change) }
    }
  }
}
