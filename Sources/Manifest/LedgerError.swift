public import FileSystem

/// The ledger could not reach the disk. Nothing that was acknowledged is lost, nothing that was not
/// is there in part, and the ledger stays usable: the same call may succeed later.
public struct LedgerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What the ledger was doing.
  public enum Task: Sendable, Equatable {
    /// Reading what is there and making it whole.
    case open
    /// Making entries durable.
    case append
    /// Making the open journal a sealed manifest.
    case seal
  }

  /// What the ledger was doing.
  public let task: Task
  /// The system call that failed.
  public let cause: FileSystemError

  /// Whether the cause is a full disk, so that waiting may mend it.
  public var isOutOfSpace: Bool { cause.isOutOfSpace }

  /// A sentence for the log: what failed, why, and what to do.
  public var description: String {
    let advice = isOutOfSpace ? "make room on the disk" : "look at the disk and the permissions"
    return switch task {
    case .open: "the manifests cannot be opened: \(cause); \(advice)"
    case .append: "entries cannot be recorded, their photos wait in work/: \(cause); \(advice)"
    case .seal: "the manifest cannot be sealed, its journal stays open: \(cause); \(advice)"
    }
  }
}

/// Runs a part of a task, and says which task it was where it fails.
func during<Result: ~Copyable>(
  _ task: LedgerError.Task, _ body: () throws(FileSystemError) -> Result
) throws(LedgerError) -> Result {
  do throws(FileSystemError) {
    return try body()
  } catch {
    throw LedgerError(task: task, cause: error)
  }
}
