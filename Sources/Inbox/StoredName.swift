import FileSystem
import SystemPackage

/// The names that a file may get where its own is taken: `photo.jpg`, `photo~2.jpg`, `photo~3.jpg`.
struct StoredName {
  private let stem: [UInt8]
  private let suffix: [UInt8]
  private let limit: Int

  /// An ending that is longer than this is no type of file, and is treated as part of the stem.
  private static let longestExtension = 32

  /// - Parameters:
  ///   - name: one component.
  ///   - limit: the most bytes that the name may have.
  init(_ name: FilePath, limit: Int) {
    let bytes = name.bytes
    // A leading dot begins no extension.
    if let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0,
      bytes.count - dot <= Self.longestExtension
    {
      stem = Array(bytes[..<dot])
      suffix = Array(bytes[dot...])
    } else {
      stem = bytes
      suffix = []
    }
    self.limit = limit
  }

  /// The n-th name, from 1. One that would be too long has its stem cut, between two characters.
  subscript(number: Int) -> FilePath {
    let ending = (number == 1 ? [] : Array("~\(number)".utf8)) + suffix
    return FilePath(bytes: cut(stem, to: limit - ending.count) + ending)
  }

  private func cut(_ bytes: [UInt8], to count: Int) -> ArraySlice<UInt8> {
    guard bytes.count > count else { return bytes[...] }
    // A byte 10xxxxxx continues a character, which begins at most three bytes before it.
    var end = count
    while end > max(0, count - 3), bytes[end] & 0b1100_0000 == 0b1000_0000 { end -= 1 }
    return bytes[..<(bytes[end] & 0b1100_0000 == 0b1000_0000 ? count : end)]
  }

  /// Finds a number whose name is free: 1 where that is. Else numbers rise from `last` in doubling
  /// steps to a free one, and the rest is bisected: ten thousand photos of one name cost a few looks
  /// each, not thousands. Names may have holes; any free name will do.
  func firstFree(
    after last: Int, _ isFree: (FilePath) throws(FileSystemError) -> Bool
  ) throws(FileSystemError) -> Int {
    if try isFree(self[1]) { return 1 }
    var taken = last
    var step = 1
    while !(try isFree(self[taken + step])) {
      taken += step
      step *= 2
    }
    var free = taken + step
    while free - taken > 1 {
      let middle = taken + (free - taken) / 2
      if try isFree(self[middle]) { free = middle } else { taken = middle }
    }
    return free
  }
}
