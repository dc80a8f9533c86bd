import FileSystem
public import SystemPackage

/// Which names in the inbox are nobody's photo: files that other programs are still writing under a
/// temporary name, and what file managers and file servers leave about.
public enum IgnoredNames {
  private static let suffixes = [".part", ".filepart", ".crdownload", ".tmp", "~"]
    .map { Array($0.utf8) }
  private static let synologyIndex = Array("@eaDir".utf8)

  /// Whether the file or folder of this name is to be left alone. An ignored folder is left alone
  /// with all that is in it.
  /// - Parameter name: one component. `.nfs*` is among the dotfiles.
  public static func contains(_ name: FilePath) -> Bool {
    let bytes = name.bytes
    if bytes.first == UInt8(ascii: ".") || bytes == synologyIndex { return true }
    return suffixes.contains { suffix in
      bytes.count >= suffix.count
        && zip(bytes.suffix(suffix.count), suffix).allSatisfy { lowerCased($0) == $1 }
    }
  }

  private static func lowerCased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
