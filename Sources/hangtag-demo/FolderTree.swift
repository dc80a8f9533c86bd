import FileSystem
import Inbox
import SystemPackage

/// The folders of a state directory as a tree, with the number of files in each: a few names stand
/// for many.
struct FolderTree {
  private static let namesShown = 3

  private(set) var lines: [String] = []

  init(of state: StateDirectory) throws(FileSystemError) {
    try add(Folder.allCases.map(\.path), below: FilePath(), in: state.root, margin: "")
  }

  private mutating func add(
    _ names: [FilePath], below parent: FilePath, in root: borrowing Directory, margin: String
  ) throws(FileSystemError) {
    for (index, name) in names.enumerated() {
      let isLast = index == names.count - 1
      var (shown, path) = (name, parent.pushing(name))
      var (folders, files) = try Self.content(of: path, in: root)
      // A folder that holds nothing but one folder shares its line.
      while files.isEmpty, folders.count == 1, !parent.isEmpty {
        shown.append(folders[0].components)
        path.append(folders[0].components)
        (folders, files) = try Self.content(of: path, in: root)
      }
      lines.append("\(margin)\(isLast ? "└── " : "├── ")\(shown)/\(Self.words(files))")
      try add(folders, below: path, in: root, margin: margin + (isLast ? "    " : "│   "))
    }
  }

  private static func words(_ files: [FilePath]) -> String {
    if files.isEmpty { return "" }
    let names = files.prefix(namesShown).map(\.string) + (files.count > namesShown ? ["..."] : [])
    return "  \(files.count): \(names.joined(separator: ", "))"
  }

  private static func content(
    of path: FilePath, in root: borrowing Directory
  ) throws(FileSystemError) -> (folders: [FilePath], files: [FilePath]) {
    let directory = try root.directory(path)
    var listing = try directory.listing()
    var folders: [FilePath] = []
    var files: [FilePath] = []
    while let entry = try listing.next() {
      if try directory.kind(of: entry) == .directory {
        folders.append(entry.name)
      } else {
        files.append(entry.name)
      }
    }
    return (folders.sorted { $0.string < $1.string }, files.sorted { $0.string < $1.string })
  }
}
