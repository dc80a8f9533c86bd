import FileSystem
import SystemPackage

/// The folders of a state directory.
public enum Folder: String, CaseIterable, Sendable {
  /// Photos are dropped here.
  case inbox
  /// Claimed photos in flight, each below a directory named by its claim.
  case work
  /// Accepted photos by category.
  case done
  /// Photos that a person should look at, by category.
  case review
  /// Photos that could not be read.
  case rejected
  /// The stream of entries.
  case manifests

  /// The folder's path relative to the state directory.
  public var path: FilePath { FilePath(rawValue) }
}

/// Names of Hangtag's own files in a state directory. All but the reasons are dotfiles, which the
/// inbox ignores and no photo can therefore have.
public enum OwnName {
  /// Locked by the daemon, and open to its user alone: whoever can open it can keep a daemon from
  /// starting.
  static let lock: FilePath = ".lock"
  /// The daemon's process, for everybody else.
  static let process: FilePath = ".process"
  static let trial: FilePath = ".hangtag-trial"
  static let attempts: FilePath = ".attempts"
  /// What stands behind a rejected photo's name in the name of its reason.
  public static let reasonSuffix = ".reason.json"
  /// Where recovery puts what it finds in `work/` and did not put there: below `rejected/`, so that
  /// a person finds it.
  static let foundInWork: FilePath = "rejected/found-in-work"
}
