public import SystemPackage

extension FilePath {
  /// The path's bytes as the kernel sees them: any but NUL, UTF-8 or not.
  public var bytes: [UInt8] {
    unsafe withPlatformString { characters in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(length)
      for index in 0..<length {
        bytes.append(UInt8(bitPattern: unsafe characters[index]))
      }
      return bytes
    }
  }

  /// Creates a path from bytes; what follows a NUL is left out.
  public init(bytes: some Sequence<UInt8>) {
    let characters = bytes.prefix { $0 != 0 }.map { CInterop.PlatformChar(bitPattern: $0) }
    self.init(platformString: characters + [0])
  }

  /// The last component as a path of its own: what calls relative to the parent's directory take.
  /// Empty for the root and for an empty path.
  public var fileName: FilePath {
    guard let lastComponent else { return FilePath() }
    return FilePath(root: nil, components: lastComponent)
  }

  /// The path with `ending` behind its last name.
  public func appendingToName(_ ending: String) -> FilePath {
    FilePath(bytes: bytes + Array(ending.utf8))
  }
}
