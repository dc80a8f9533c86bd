import FileSystem
import SystemPackage

/// Renames an empty file of its own from `work/` into each folder that photos move to and back, as
/// the daemon does with photos. Equal device numbers prove nothing: a bind mount of the same file
/// system refuses renames too.
enum TrialRenames {
  private static let folders: [Folder] = [.inbox, .done, .review, .rejected]

  static func run(in root: borrowing Directory) throws(StateDirectoryError) {
    // A run that was killed may have left its file anywhere.
    try clean(root)
    do throws(FileSystemError) {
      _ = try root.directory(Folder.work.path).create(OwnName.trial)
    } catch {
      throw StateDirectoryError(error)
    }
    for folder in folders {
      do throws(FileSystemError) {
        let work = try root.directory(Folder.work.path)
        let other = try root.directory(folder.path)
        try work.rename(OwnName.trial, to: other, OwnName.trial)
        try other.rename(OwnName.trial, to: work, OwnName.trial)
      } catch {
        try? clean(root)
        if error.errno == .improperLink {
          throw .notOneFileSystem(
            root.path.pushing(Folder.work.path), root.path.pushing(folder.path))
        }
        throw StateDirectoryError(error)
      }
    }
    try clean(root)
  }

  private static func clean(_ root: borrowing Directory) throws(StateDirectoryError) {
    for folder in folders + [.work] {
      do throws(FileSystemError) {
        let directory = try root.directory(folder.path)
        // Only ever an empty file: what has content is somebody's, whatever its name.
        if try directory.status(of: OwnName.trial)?.size == 0 {
          try directory.remove(OwnName.trial)
        }
      } catch {
        throw StateDirectoryError(error)
      }
    }
  }
}
