import SystemPackage

/// The name that something was opened by. It is put together only where an error message needs it:
/// joining paths costs more than most system calls.
indirect enum OpenedName: Sendable {
  case path(FilePath)
  case below(OpenedName, FilePath)

  var path: FilePath {
    switch self {
    case .path(let path): path
    case .below(let directory, let name): directory.path.pushing(name)
    }
  }
}
