public import SystemPackage

extension Directory {
  /// Replaces the small file `name` as a whole: written under a temporary name, synced, renamed over
  /// the old one, directory synced. A reader sees the old content or the new.
  /// - Parameter durably: whether to sync; false for what need not outlive a power loss.
  public func writeWhole(
    _ name: FilePath, _ bytes: [UInt8], durably: Bool = true
  ) throws(FileSystemError) {
    var temporary = FilePath(".\(name.string).new")
    do { try removeIfThere(temporary) } catch {
      // Somebody has put something there that cannot be removed, such as a folder.
      temporary = FilePath(".\(name.string).\(UInt32.random(in: 0 ... .max)).new")
    }
    let file = try create(temporary)
    try file.write(bytes.span)
    if durably { try file.sync() }
    try replace(name, with: temporary)
    if durably { try sync() }
  }

  /// Reads the file `name` below this directory.
  /// - Parameter limit: the most bytes to read.
  public func readWhole(_ name: FilePath, limit: Int) throws(FileSystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    try open(name).readAll(into: &bytes, limit: limit)
    return bytes
  }
}

extension File {
  /// Reads the file at `path`, which may lie anywhere.
  /// - Parameter limit: the most bytes to read.
  public static func contents(
    of path: FilePath, limit: Int = .max
  ) throws(FileSystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    try File(reading: path).readAll(into: &bytes, limit: limit)
    return bytes
  }
}
