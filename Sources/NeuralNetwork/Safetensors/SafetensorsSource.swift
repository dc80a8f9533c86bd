/// Where a safetensors file's bytes come from, a part at a time: values are read to where they stay, and
/// are in memory once.
public protocol SafetensorsSource: Sendable {
  /// In bytes.
  var count: Int { get }

  /// Fills `buffer` with the bytes from `offset` on; all of them lie before `count`.
  ///
  /// - Throws: `unreadable`.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SafetensorsError)
}

extension SafetensorsSource {
  /// The bytes of a part as numbers. All supported machines are little-endian, as the file is.
  func values<Element: BitwiseCopyable>(
    _ range: Range<Int>
  ) throws(SafetensorsError) -> [Element] {
    let count = range.count / MemoryLayout<Element>.stride
    var failure: SafetensorsError?
    let values = unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(SafetensorsError) {
        try unsafe read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return values
  }

  func bytes(_ range: Range<Int>) throws(SafetensorsError) -> [UInt8] { try values(range) }
}

/// A file that has been read as a whole.
struct BytesInMemory: SafetensorsSource {
  let bytes: [UInt8]

  var count: Int { bytes.count }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
    unsafe buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
  }
}
