import FileSystem
import SystemPackage

/// Renames an empty file of its own from `work/` into each folder that photos move to and back, as
/// the daemon does with photos. Equal device numbers prove nothing: a bind mount of the same file
/// system refuses renames too.
enum TrialRenames {
  private static let folders: [Folder] = [.inbox, .done, .review, .rejected]

  static func run(in root: borrowing Directory) throws(StateDirectoryError) {
    let name = try explaining { () throws(FileSystemError) in
      // A run that was killed may have left its file anywhere.
      clean(root, OwnName.trial)
      return try freeName(in: root)
    }
    defer { clean(root, name) }
    try explaining { () throws(FileSystemError) in
      _ = try root.directory(Folder.work.path).create(name)
    }
    for folder in folders {
      do throws(FileSystemError) {
        let work = try root.directory(Folder.work.path)
        let other = try root.directory(folder.path)
        try work.rename(name, to: other, name)
        try other.rename(name, to: work, name)
      } catch {
        if error.errno == .improperLink {
          throw .notOneFileSystem(
            root.path.pushing(Folder.work.path), root.path.pushing(folder.path))
        }
        throw StateDirectoryError(error)
      }
    }
  }

  /// The usual name or, where somebody has put something under it, one that nobody can have guessed.
  private static func freeName(in root: borrowing Directory) throws(FileSystemError) -> FilePath {
    for folder in folders + [.work] {
      if try root.directory(folder.path).status(of: OwnName.trial) != nil {
        return OwnName.trial.appendingToName("-\(UInt64.random(in: 0 ... .max))")
      }
    }
    return OwnName.trial
  }

  /// Removes the file, as far as it is one of this kind: what has content is somebody's, whatever its
  /// name.
  private static func clean(_ root: borrowing Directory, _ name: FilePath) {
    for folder in folders + [.work] {
      guard let directory = try? root.directory(folder.path),
        let status = try? directory.status(of: name), status.kind == .regular, status.size == 0
      else { continue }
      try? directory.remove(name)
    }
  }
}
