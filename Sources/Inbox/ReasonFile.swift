import FileSystem
import SystemPackage

/// The file `NAME.reason.json` beside a rejected photo.
struct ReasonFile {
  private let name: FilePath
  /// A name that only this claim uses, so that a left-over is its own.
  private let temporary: FilePath

  init(of photo: FilePath, _ identity: ClaimIdentity) {
    name = photo.appendingToName(OwnName.reasonSuffix)
    temporary = FilePath(".\(identity).reason")
  }

  /// Writes it whole and durably, its name included, never over another file: a power loss must not
  /// keep the photo's move and drop its reason's.
  /// - Returns: false where another file has its name. One of the same content is the same file,
  ///   written before the last stop.
  func write(_ content: [UInt8], in folder: borrowing Directory) throws(FileSystemError) -> Bool {
    if let there = try folder.status(of: name) {
      guard there.kind == .regular, there.size == content.count,
        (try? folder.readWhole(name, limit: content.count)) == content
      else { return false }
      try folder.sync()
      return true
    }
    try folder.removeIfThere(temporary)
    let file = try folder.create(temporary)
    try file.write(content.span)
    try file.syncData()
    do {
      try folder.rename(temporary, to: folder, name)
    } catch  where error.errno == .fileExists {
      try folder.remove(temporary)
      return false
    }
    try folder.sync()
    return true
  }

  /// Removes it again, because its photo could not follow.
  func remove(from folder: borrowing Directory) throws(FileSystemError) {
    try folder.remove(name)
  }
}
