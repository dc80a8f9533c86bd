import CLinux
public import FileSystem
import FoundationEssentials
import Glibc
import Synchronization
public import SystemPackage
import Threading

/// Writes down when each thread worked on which stage of which photo, in Chrome's trace event
/// format, which Perfetto (ui.perfetto.dev) and chrome://tracing show. May be used by all threads.
public final class Trace: Sendable {
  /// What a thread does. A photo's stages lie within its `photo` on the same thread.
  enum Stage: String, Sendable {
    /// From a candidate to the committer; named after the photo. That of the second of two that are
    /// classified together lies within the first's.
    case photo
    /// Opening and reading the file, and looking for its end.
    case read
    /// The rename into `work/`.
    case claim
    /// SHA-256.
    case digest
    /// From the bytes to the reduced picture.
    case decode
    /// From the reduced picture to 28 x 28.
    case prepare
    /// The network, and how many photos it looked at.
    case classify
    /// The photo's own bytes, and its place in `work/`.
    case sync
    /// The entries of a group, one write and one sync.
    case record
    /// The rename out of `work/`.
    case move
  }

  private struct Event: Encodable {
    struct Arguments: Encodable {
      var photo: String?
      var photos: Int?
    }

    var name: String
    /// `X` is a complete event: begin and length.
    var ph = "X"
    /// Microseconds.
    var ts: Double
    var dur: Double
    var pid: Int32
    var tid: Int32
    var args: Arguments?
  }

  private struct Output: ~Copyable {
    let file: File
    var pending: [UInt8]
  }

  /// So many bytes are written at once.
  private static let pieceSize = 1 << 16

  private let output: Mutex<Output>

  /// Creates the file, or empties it.
  public init(to path: FilePath) throws(FileSystemError) {
    let folder = path.removingLastComponent()
    let file = try Directory(folder.isEmpty ? "." : folder).openOrCreate(
      path.fileName)
    try file.truncate(to: 0)
    // The closing bracket may be missing, says the format: a killed daemon leaves a sound trace.
    output = Mutex(Output(file: file, pending: Array("[\n".utf8)))
  }

  deinit { flush() }

  /// Notes that this thread has been at a stage since `start`.
  /// - Parameters:
  ///   - photo: the photo's path in the inbox.
  ///   - count: the photos of a group.
  func add(
    _ stage: Stage, since start: MonotonicTime, photo: FilePath? = nil, count: Int? = nil
  ) {
    let length = Double(MonotonicTime.now.nanoseconds - start.nanoseconds) / 1e3
    var event = Event(
      name: stage.rawValue, ts: Double(start.nanoseconds) / 1e3, dur: length, pid: getpid(),
      tid: linux_thread_number())
    if photo != nil || count != nil {
      event.args = Event.Arguments(photo: photo?.string, photos: count)
    }
    guard let line = try? JSONEncoder().encode(event) else { return }
    output.withLock { output in
      output.pending += line
      output.pending += Array(",\n".utf8)
      if output.pending.count >= Self.pieceSize { Self.write(&output) }
    }
  }

  /// Writes what is pending; at the end of a run.
  func flush() { output.withLock { Self.write(&$0) } }

  /// A full disk costs the trace and nothing else.
  private static func write(_ output: inout Output) {
    try? output.file.write(output.pending.span)
    output.pending.removeAll(keepingCapacity: true)
  }
}
