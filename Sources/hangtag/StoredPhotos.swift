import FileSystem
import FoundationEssentials
import Inbox
import Manifest
import SystemPackage

extension StateDirectory {
  /// How many of the regular files below a folder count.
  func photoCount(in folder: Folder, where counts: (FilePath) -> Bool) throws(FileSystemError)
    -> Int
  {
    var count = 0
    for name in try files(below: folder) where counts(name) { count += 1 }
    return count
  }

  /// The regular files below a folder, relative to it, in the order of their paths. What goes away
  /// meanwhile is passed over.
  func files(below folder: Folder) throws(FileSystemError) -> [FilePath] {
    var found: [FilePath] = []
    var pending: [FilePath] = [FilePath()]
    while let path = pending.popLast() {
      do throws(FileSystemError) {
        let directory = try root.directory(folder.path.pushing(path))
        var listing = try directory.listing()
        while let entry = try listing.next() {
          switch try directory.kind(of: entry) {
          case .directory: pending.append(path.pushing(entry.name))
          case .regular where !entry.name.string.hasPrefix("."):
            found.append(path.pushing(entry.name))
          case .regular, .symbolicLink, .other, nil: break
          }
        }
      } catch {
        guard error.isNotFound, !path.isEmpty else { throw error }
      }
    }
    return found.sorted { $0.string < $1.string }
  }
}

/// A photo below `rejected/` and what its reason file says.
struct RejectedPhoto {
  private static let reasonLimit = 1 << 20

  /// The photo's path below `rejected/`.
  let path: FilePath
  /// The entry in the file beside it; nil where there is none of Hangtag's.
  let entry: Entry?

  init(_ path: FilePath, in state: StateDirectory) {
    self.path = path
    let reason = Folder.rejected.path.pushing(path.appendingToName(OwnName.reasonSuffix))
    let bytes = try? state.root.readWhole(reason, limit: Self.reasonLimit)
    entry = bytes.flatMap { try? JSONDecoder().decode(Entry.self, from: Data($0)) }
  }

  /// Whether a file below `rejected/` is no photo but the reason beside one.
  static func isReason(_ path: FilePath) -> Bool { path.string.hasSuffix(OwnName.reasonSuffix) }
}
