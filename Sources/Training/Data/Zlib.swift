import CZlib

/// zlib's two directions, for whole arrays.
enum Zlib {
  /// Why bytes cannot be unpacked.
  struct Failure: Error, Equatable {
    let message: String
  }

  /// Whether bytes begin as a gzip file does.
  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// Unpacks a gzip file, several members one after the other included.
  ///
  /// - Parameter limit: The most bytes that may come out.
  static func gunzip(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var stream = unsafe z_stream()
    // 16 asks for a gzip wrapper, 15 for the largest window.
    guard
      unsafe inflateInit2_(&stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        == Z_OK
    else { throw Failure(message: "zlib cannot start") }
    defer { unsafe inflateEnd(&stream) }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var input = bytes
    let status = unsafe input.withUnsafeMutableBufferPointer { input -> Int32 in
      unsafe stream.next_in = input.baseAddress
      unsafe stream.avail_in = UInt32(clamping: input.count)
      var status = Z_OK
      while status == Z_OK, output.count <= limit {
        let produced = unsafe chunk.withUnsafeMutableBufferPointer { chunk -> Int in
          unsafe stream.next_out = chunk.baseAddress
          unsafe stream.avail_out = UInt32(chunk.count)
          status = unsafe inflate(&stream, Z_NO_FLUSH)
          return chunk.count - Int(unsafe stream.avail_out)
        }
        output.append(contentsOf: chunk[..<produced])
        if status == Z_STREAM_END, unsafe stream.avail_in > 0 {
          status = unsafe inflateReset(&stream)
        }
      }
      return status
    }
    guard output.count <= limit else { throw Failure(message: "it unpacks to too many bytes") }
    guard status == Z_STREAM_END else {
      throw Failure(message: "the gzip data is damaged or cut off")
    }
    return output
  }

  /// Packs bytes in zlib's own wrapper, as PNG wants them.
  static func deflate(_ bytes: [UInt8]) -> [UInt8] {
    var size = compressBound(UInt(bytes.count))
    var output = [UInt8](repeating: 0, count: Int(size))
    let status = unsafe compress2(&output, &size, bytes, UInt(bytes.count), 9)
    // Fails only without memory: the output has room for the worst case.
    precondition(status == Z_OK, "zlib cannot pack: \(status)")
    return Array(output.prefix(Int(size)))
  }

  /// The CRC-32 of bytes, as PNG and gzip use it.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    UInt32(truncatingIfNeeded: unsafe CZlib.crc32(0, bytes, UInt32(bytes.count)))
  }
}
