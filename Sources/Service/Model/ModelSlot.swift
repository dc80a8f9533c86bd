import Digest
import FileSystem
public import SystemPackage

/// The place of a model file, with the model that was there before kept beside it as
/// `NAME.previous`. Files are only ever renamed into place, so that at every moment a reader finds a
/// whole model under the name, also after a crash.
public struct ModelSlot: Sendable {
  /// The model's file.
  public let path: FilePath
  private let name: FilePath
  private let previousName: FilePath

  /// The place of the model at `path`.
  public init(_ path: FilePath) {
    self.path = path
    name = path.fileName
    previousName = name.appendingToName(".previous")
  }

  /// Where the model before it is kept.
  public var previousPath: FilePath { path.removingLastComponent().pushing(previousName) }

  /// Puts a copy of a model in place. What was there is kept, instead of what was kept so far.
  /// - Parameter source: a model that has been checked.
  public func install(_ source: ServingModel) throws(ModelSlotError) {
    let bytes = try attempting { () throws(FileSystemError) in
      try File.contents(of: source.path, limit: ModelFile.sizeLimit)
    }
    guard SHA256.hex(of: bytes.span) == source.sha256 else { throw .changed(source.path) }
    try attempting { () throws(FileSystemError) in
      let folder = try Directory(path.removingLastComponent())
      let new = FilePath(".\(name).new")
      try write(bytes, as: new, in: folder)
      try keepCurrent(in: folder)
      try folder.replace(name, with: new)
      try folder.sync()
    }
  }

  /// Exchanges the model with the one kept. Doing it again brings it back.
  public func rollBack() throws(ModelSlotError) {
    do throws(FileSystemError) {
      let folder = try Directory(path.removingLastComponent())
      if try folder.status(of: name) == nil {
        try folder.rename(previousName, to: folder, name)
      } else {
        try folder.exchange(name, previousName)
      }
      try folder.sync()
    } catch {
      throw error.isNotFound ? .noPrevious(previousPath) : .failed(error)
    }
  }

  private func write(
    _ bytes: [UInt8], as name: FilePath, in folder: borrowing Directory
  ) throws(FileSystemError) {
    try folder.removeIfThere(name)
    let file = try folder.create(name, permissions: FilePermissions(rawValue: 0o644))
    try file.write(bytes.span)
    try file.sync()
  }

  /// Gives the model that is there a second name, so that it is never without one.
  private func keepCurrent(in folder: borrowing Directory) throws(FileSystemError) {
    let kept = FilePath(".\(previousName).new")
    try folder.removeIfThere(kept)
    do throws(FileSystemError) {
      try folder.link(name, as: kept)
    } catch {
      if error.isNotFound { return }
      guard error.errno == .notPermitted || error.errno == .notSupported else { throw error }
      // A file system without second names.
      try write(try File.contents(of: path), as: kept, in: folder)
    }
    try folder.replace(previousName, with: kept)
  }

  private func attempting<Result>(
    _ body: () throws(FileSystemError) -> Result
  ) throws(ModelSlotError) -> Result {
    do throws(FileSystemError) { return try body() } catch { throw .failed(error) }
  }
}

/// Why a model was not put in place. The one that was there still is.
public enum ModelSlotError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No model before the present one has been kept.
  case noPrevious(FilePath)
  /// The file changed after it was checked.
  case changed(FilePath)
  /// The folder or the disk refused.
  case failed(FileSystemError)

  /// The exit code of sysexits.h.
  public var exitCode: Int32 {
    switch self {
    case .noPrevious: Sysexits.noInput
    case .changed: Sysexits.tryAgain
    case .failed(let error):
      switch error.errno {
      case .permissionDenied, .notPermitted, .readOnlyFileSystem: Sysexits.cannotCreate
      default: Sysexits.inputOutput
      }
    }
  }

  /// A whole sentence: what is wrong and what to do.
  public var description: String {
    switch self {
    case .noPrevious(let path):
      "There is no \(path) to go back to: `hangtag model install` keeps the model that it replaces."
    case .changed(let path):
      "\(path) has changed while it was being checked, and was not installed. Try again."
    case .failed(let error):
      "The model cannot be put in place (\(error)); what was there still is. "
        + (error.isOutOfSpace ? "Make room on the disk." : "Do you have the right to write there?")
    }
  }
}
